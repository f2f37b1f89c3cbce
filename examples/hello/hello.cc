// Runs an image model on grey pixels and prints the class it names. usage: hello MODEL INPUT OUTPUT
#include <onnxruntime_c_api.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

const OrtApi* ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);

void Check(OrtStatus* status) {
  if (status == nullptr) return;
  std::fprintf(stderr, "%s\n", ort->GetErrorMessage(status));
  std::exit(1);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  OrtEnv* env;
  OrtSession* session;
  OrtAllocator* allocator;
  OrtValue *image, *scores = nullptr;
  Check(ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "hello", &env));
  Check(ort->CreateSession(env, argv[1], nullptr, &session));
  Check(ort->GetAllocatorWithDefaultOptions(&allocator));

  const int64_t shape[] = {1, 3, 224, 224};
  float* data;
  Check(ort->CreateTensorAsOrtValue(allocator, shape, 4, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                    &image));
  Check(ort->GetTensorMutableData(image, (void**)&data));
  std::fill(data, data + 3 * 224 * 224, 0.5f);

  Check(ort->Run(session, nullptr, &argv[2], &image, 1, &argv[3], 1, &scores));
  Check(ort->GetTensorMutableData(scores, (void**)&data));
  std::printf("class %td\n", std::max_element(data, data + 1000) - data);

  ort->ReleaseValue(scores);
  ort->ReleaseValue(image);
  ort->ReleaseSession(session);
  ort->ReleaseEnv(env);
}
