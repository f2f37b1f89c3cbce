// The border to C, what stands in slots without a function, and the env's background threads.
#include "abi/guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>

#include "abi/memory.h"
#include "abi/slots.h"
#include "abi/tables.h"
#include "base/memory.h"
#include "runtime/background.h"
#include "runtime/env.h"
#include "runtime/session_options.h"

namespace backplane::abi {
namespace {

/// The status, which is released, as "code: message".
std::string Take(OrtStatus* status) {
  if (status == nullptr) return "success";
  std::string text = Format("{}: {}", static_cast<int>(status->code), status->message);
  DeleteStatus(status);
  return text;
}

TEST(GuardTest, EveryExceptionBecomesAStatus) {
  EXPECT_EQ(Take(Guard([] {})), "success");
  EXPECT_EQ(Take(Guard([] { Fail(ORT_NOT_FOUND, "no {}", "way"); })), "14: no way");
  EXPECT_EQ(Take(Guard([] { throw std::bad_alloc(); })), "6: out of memory");
  EXPECT_EQ(Take(Guard([] { throw std::runtime_error("text"); })), "6: text");
  EXPECT_EQ(Take(Guard([] { throw 1; })), "6: an exception of unknown type was thrown");
}

TEST(GuardTest, AStatusBecomesAnError) {
  ThrowIfFailed(nullptr);
  try {
    ThrowIfFailed(NewStatus(ORT_EP_FAIL, "it broke"), "the EP: ");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ORT_EP_FAIL);
    EXPECT_EQ(error.message(), "the EP: it broke");
  }
}

TEST(GuardTest, TextsAreCopiedOut) {
  char room[4] = "???";
  size_t size = 0;
  CopyTextOut("abc", nullptr, &size, "text");
  EXPECT_EQ(size, 4u);
  CopyTextOut("abc", room, &size, "text");
  EXPECT_STREQ(room, "abc");
  size = 3;
  EXPECT_EQ(Take(Guard([&] { CopyTextOut("abc", room, &size, "text"); })),
            "2: Output buffer is not large enough for text: it has 3 bytes and needs 4");
  EXPECT_EQ(size, 4u);
}

struct Table {
  OrtStatus* (*Fails)(int) noexcept;
  const char* (*Text)(void) noexcept;
  void (*ReleaseThing)(OrtValue*);
  uint32_t (*Number)(const OrtValue*) noexcept;
};
constexpr Table kTable = {BACKPLANE_MISSING(Table, Fails), BACKPLANE_MISSING(Table, Text),
                          BACKPLANE_MISSING(Table, ReleaseThing), BACKPLANE_MISSING(Table, Number)};

TEST(MissingTest, NamesItselfOrDoesNothing) {
  EXPECT_EQ(Take(kTable.Fails(1)), "9: Fails is not implemented in this build of Backplane");
  EXPECT_EQ(kTable.Text(), nullptr);
  kTable.ReleaseThing(nullptr);
  EXPECT_EQ(kTable.Number(nullptr), 0u);
}

TEST(InternedTest, EqualDescriptionsShareOne) {
  MemoryInfo mine;
  EXPECT_EQ(&Interned(mine), &CpuMemoryInfo());
  mine.name = "device";
  mine.device_id = 3;
  const MemoryInfo& first = Interned(mine);
  EXPECT_EQ(&Interned(mine), &first);
  EXPECT_NE(&first, &mine);
  mine.device_id = 4;
  EXPECT_NE(&Interned(mine), &first);
}

TEST(BackgroundTest, TasksRunAndAreWaitedFor) {
  std::atomic<int> done{0};
  {
    BackgroundThreads threads;
    for (int i = 0; i < 20; ++i) threads.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 20);
}

TEST(BackgroundTest, MayEndInOneOfItsTasks) {
  auto threads = std::make_unique<BackgroundThreads>();
  std::atomic<bool> ended{false};
  threads->Run([&] {
    threads.reset();
    ended = true;
  });
  while (!ended) std::this_thread::yield();
}

TEST(BackgroundTest, TasksDoNotWaitForEachOther) {
  BackgroundThreads threads;
  std::atomic<bool> second{false};
  threads.Run([&] {
    while (!second) std::this_thread::yield();
  });
  threads.Run([&] { second = true; });
}

TEST(EnvTest, LivesWhileSomebodyHoldsIt) {
  EnvOptions options;
  options.log_id = "first";
  OrtEnv* env = OrtEnv::Acquire(options);
  options.log_id = "second";
  EXPECT_EQ(OrtEnv::Acquire(options), env);
  EXPECT_EQ(env->logger().id(), "first");
  auto held = env->Share();
  OrtEnv::Release(env);
  OrtEnv::Release(env);
  EXPECT_EQ(OrtEnv::Acquire(options), held.get()) << "a session still holds it";
  OrtEnv::Release(env);
  held.reset();
  EXPECT_EQ(OrtEnv::Current(), nullptr);
  env = OrtEnv::Acquire(options);
  EXPECT_EQ(env->logger().id(), "second");
  OrtEnv::Release(env);
}

TEST(SessionOptionsTest, ThreadPoolOptions) {
  struct Case {
    const char* key;
    const char* value;
    bool good;
  };
  for (const Case& c : {Case{"session.intra_op.allow_spinning", "0", true},
                        Case{"session.intra_op.allow_spinning", "maybe", false},
                        Case{"session.intra_op.spin_duration_us", "20", true},
                        Case{"session.intra_op.spin_duration_us", "-1", false},
                        Case{"session.intra_op.spin_duration_us", "1x", false},
                        Case{"session.set_denormal_as_zero", "1", true}}) {
    OrtSessionOptions options;
    options.SetConfig(c.key, c.value);
    const std::string result = Take(Guard([&] { options.MakeThreadPoolOptions(); }));
    EXPECT_EQ(result == "success", c.good) << c.key << "=" << c.value << ": " << result;
  }
  OrtSessionOptions options;
  options.join_thread = [](OrtCustomThreadHandle) {};
  EXPECT_NE(Take(Guard([&] { options.MakeThreadPoolOptions(); })), "success") << "one hook alone";
}

TEST(SessionOptionsTest, ACopySharesTheCancellationFlag) {
  OrtSessionOptions options;
  const OrtSessionOptions copy = options;
  options.SetCancelled(true);
  EXPECT_EQ(Take(Guard([&] { copy.CheckCancelled(); })),
            "12: Graph loading canceled due to user request.");
}

}  // namespace
}  // namespace backplane::abi
