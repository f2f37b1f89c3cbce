#include "abi/ep_context.h"

#include "abi/guard.h"
#include "runtime/session.h"
#include "runtime/session_options.h"

/// C API: functions for the data of EPContext nodes; null where files are to be used.
struct OrtEpContextConfig final {
  OrtReadNamedBufferFunc read = nullptr;
  void* read_state = nullptr;
  OrtWriteNamedBufferFunc write = nullptr;
  void* write_state = nullptr;
};

namespace backplane::abi {

OrtStatus* SessionOptionsGetWeightlessSourceModelBuffer(const OrtSessionOptions* session_options,
                                                        const void** source_model_data,
                                                        size_t* source_model_data_length) noexcept {
  return Guard([&] {
    NotNull(session_options, "session_options");
    NotNull(source_model_data, "source_model_data");
    NotNull(source_model_data_length, "source_model_data_length");
    *source_model_data = session_options->weightless_source.data();
    *source_model_data_length = session_options->weightless_source.size();
  });
}

OrtStatus* SessionOptionsGetEpContextConfig(const OrtSessionOptions* session_options,
                                            OrtEpContextConfig** config) noexcept {
  return Guard([&] {
    NotNull(session_options, "session_options");
    NotNull(config, "config");
    *config = new OrtEpContextConfig{
        session_options->ep_context_read, session_options->ep_context_read_state,
        session_options->ep_context_write, session_options->ep_context_write_state};
  });
}

void ReleaseEpContextConfig(OrtEpContextConfig* input) noexcept { delete input; }

OrtStatus* EpContextConfig_GetEpContextDataReadFunc(const OrtEpContextConfig* config,
                                                    OrtReadNamedBufferFunc* read_func,
                                                    void** state) noexcept {
  return Guard([&] {
    NotNull(config, "config");
    NotNull(read_func, "read_func");
    NotNull(state, "state");
    *read_func = config->read;
    *state = config->read_state;
  });
}

OrtStatus* EpContextConfig_GetEpContextDataWriteFunc(const OrtEpContextConfig* config,
                                                     OrtWriteNamedBufferFunc* write_func,
                                                     void** state) noexcept {
  return Guard([&] {
    NotNull(config, "config");
    NotNull(write_func, "write_func");
    NotNull(state, "state");
    *write_func = config->write;
    *state = config->write_state;
  });
}

OrtStatus* SetEpDynamicOptions(OrtSession* sess, const char* const* keys, const char* const* values,
                               size_t kv_len) noexcept {
  return Guard([&] {
    NotNull(sess, "sess");
    NotNullArray(keys, kv_len, "keys");
    NotNullArray(values, kv_len, "values");
    for (size_t i = 0; i < kv_len; ++i) {
      NotNull(keys[i], "a key");
      NotNull(values[i], "a value");
    }
    sess->SetEpDynamicOptions({keys, kv_len}, {values, kv_len});
  });
}

}  // namespace backplane::abi
