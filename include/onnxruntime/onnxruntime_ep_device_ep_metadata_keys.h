// Backplane: well-known keys of EP device, hardware device and model metadata.
//
// Look them up in what OrtApi::EpDevice_EpMetadata, OrtApi::HardwareDevice_Metadata and the custom
// metadata of a model return. EPs may add keys of their own.

#pragma once

/** EP metadata: the version of the EP. */
static const char* const kOrtEpDevice_EpMetadataKey_Version = "version";

/** EP metadata: the version of the device's driver. */
static const char* const kOrtEpDevice_EpMetadataKey_OSDriverVersion = "os_driver_version";

/**
 * Model metadata: the EP's type follows; the value is the compatibility text of a compiled model.
 */
static const char* const kOrtModelMetadata_EpCompatibilityInfoPrefix = "ep_compatibility_info.";

/** EP metadata: the path of the EP's library. */
static const char* const kOrtEpDevice_EpMetadataKey_LibraryPath = "library_path";

/** Hardware metadata: "1" for a virtual device. */
static const char* const kOrtHardwareDevice_MetadataKey_IsVirtual = "is_virtual";

/** EP metadata: "none", "external_only" or "all". */
static const char* const kOrtEpDevice_EpMetadataKey_WeightlessSupport = "weightless_support";
