// Backplane: keys of environment configuration entries.
//
// They go into OrtEnvCreationOptions::config_entries and are read by EPs through
// OrtEpApi::GetEnvConfigEntries.

#pragma once

static const char* const kOrtEnvAllowVirtualDevices = "allow_virtual_devices";
