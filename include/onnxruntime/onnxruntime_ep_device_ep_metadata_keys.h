// Backplane: well-known keys of EP device, hardware device and model metadata.
//
// Look them up in what OrtApi::EpDevice_EpMetadata, OrtApi::HardwareDevice_Metadata and the custom
// metadata of a model return. EPs may add keys of their own.

#pragma once

static const char* const kOrtEpDevice_EpMetadataKey_Version = "version";

static const char* const kOrtEpDevice_EpMetadataKey_OSDriverVersion = "os_driver_version";

static const char* const kOrtModelMetadata_EpCompatibilityInfoPrefix = "ep_compatibility_info.";

static const char* const kOrtEpDevice_EpMetadataKey_LibraryPath = "library_path";

static const char* const kOrtHardwareDevice_MetadataKey_IsVirtual = "is_virtual";

static const char* const kOrtEpDevice_EpMetadataKey_WeightlessSupport = "weightless_support";
