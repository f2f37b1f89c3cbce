// Backplane: keys of environment configuration entries.
//
// They go into OrtEnvCreationOptions::config_entries and are read by EPs through
// OrtEpApi::GetEnvConfigEntries.

#pragma once

/**
 * "1": EPs may add devices that the machine does not have, for example to compile for them. Default
 * "0".
 */
static const char* const kOrtEnvAllowVirtualDevices = "allow_virtual_devices";
