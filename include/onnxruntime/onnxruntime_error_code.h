// Backplane: the error codes of ONNX Runtime's C ABI.
//
// Included by onnxruntime_c_api.h; also usable alone by code that only passes codes on.

#pragma once

/** What went wrong. Success is a null status, so ORT_OK is never in one. */
typedef enum OrtErrorCode {
  ORT_OK = 0,                          /**< no error */
  ORT_FAIL = 1,                        /**< anything without a code of its own */
  ORT_INVALID_ARGUMENT = 2,            /**< the caller passed something wrong */
  ORT_NO_SUCHFILE = 3,                 /**< a file is missing */
  ORT_NO_MODEL = 4,                    /**< there is no model to work on */
  ORT_ENGINE_ERROR = 5,                /**< an engine underneath failed */
  ORT_RUNTIME_EXCEPTION = 6,           /**< an exception, such as no memory */
  ORT_INVALID_PROTOBUF = 7,            /**< the bytes are not a model */
  ORT_MODEL_LOADED = 8,                /**< there is a model already */
  ORT_NOT_IMPLEMENTED = 9,             /**< not available here */
  ORT_INVALID_GRAPH = 10,              /**< the model breaks ONNX's rules */
  ORT_EP_FAIL = 11,                    /**< an execution provider failed */
  ORT_MODEL_LOAD_CANCELED = 12,        /**< loading was canceled */
  ORT_MODEL_REQUIRES_COMPILATION = 13, /**< the model has to be compiled first */
  ORT_NOT_FOUND = 14,                  /**< what was asked for does not exist */
  ORT_DEVICE_RESET = 15                /**< the device was reset or lost */
} OrtErrorCode;
