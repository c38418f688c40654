/// @file
/// A move-only callable that keeps small captures inside itself: tasks, timers and event handlers
/// are made without touching the heap.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace voiceagent {

template <class Signature, std::size_t Capacity = 64>
class UniqueFunction;

/// Like std::function, but move-only (so a capture may be a unique_ptr) and with `Capacity` bytes
/// of room inside; a larger callable is put on the heap.
template <class R, class... Args, std::size_t Capacity>
class UniqueFunction<R(Args...), Capacity> {
 public:
  /// Holds nothing; calling it is an error.
  UniqueFunction() = default;
  /// Holds nothing.
  UniqueFunction(std::nullptr_t) {}  // NOLINT: implicit, as in std::function

  /// Holds a copy of `callable`, or the callable itself if it is moved in.
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
                                              std::is_invocable_r_v<R, std::decay_t<F>&, Args...>>>
  UniqueFunction(F&& callable) {  // NOLINT: implicit, as in std::function
    using Fn = std::decay_t<F>;
    if constexpr (fits<Fn>()) {
      ::new (static_cast<void*>(storage_)) Fn(std::forward<F>(callable));
      ops_ = &kInline<Fn>;
    } else {
      ::new (static_cast<void*>(storage_)) Fn*(new Fn(std::forward<F>(callable)));
      ops_ = &kHeap<Fn>;
    }
  }

  UniqueFunction(const UniqueFunction&) = delete;
  UniqueFunction& operator=(const UniqueFunction&) = delete;
  /// Takes over what `other` holds; `other` is empty afterwards.
  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  /// Drops what is held and takes over what `other` holds.
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  /// True when something callable is held.
  explicit operator bool() const { return ops_ != nullptr; }

  /// Calls it. REQUIRES: something is held.
  R operator()(Args... args) { return ops_->call(storage_, std::forward<Args>(args)...); }

 private:
  struct Ops {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to);
    void (*destroy)(void*);
  };

  template <class Fn>
  static constexpr bool fits() {
    return sizeof(Fn) <= Capacity && alignof(Fn) <= alignof(std::max_align_t) &&
           std::is_nothrow_move_constructible_v<Fn>;
  }

  template <class Fn>
  static Fn& inside(void* p) {
    return *std::launder(static_cast<Fn*>(p));
  }
  template <class Fn>
  static Fn*& outside(void* p) {
    return *std::launder(static_cast<Fn**>(p));
  }

  // A callable's result is dropped where none is wanted.
  template <class Fn>
  static R invoke(Fn& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      static_cast<void>(callable(std::forward<Args>(args)...));
    } else {
      return callable(std::forward<Args>(args)...);
    }
  }

  template <class Fn>
  static constexpr Ops kInline{[](void* p, Args&&... args) -> R {
                                 return invoke(inside<Fn>(p), std::forward<Args>(args)...);
                               },
                               [](void* from, void* to) {
                                 ::new (to) Fn(std::move(inside<Fn>(from)));
                                 inside<Fn>(from).~Fn();
                               },
                               [](void* p) { inside<Fn>(p).~Fn(); }};

  template <class Fn>
  static constexpr Ops kHeap{[](void* p, Args&&... args) -> R {
                               return invoke(*outside<Fn>(p), std::forward<Args>(args)...);
                             },
                             [](void* from, void* to) { ::new (to) Fn*(outside<Fn>(from)); },
                             [](void* p) { delete outside<Fn>(p); }};

  void take(UniqueFunction& other) noexcept {
    if (other.ops_ != nullptr) {
      other.ops_->move(other.storage_, storage_);
      ops_ = std::exchange(other.ops_, nullptr);
    }
  }
  void reset() noexcept {
    if (ops_ != nullptr) std::exchange(ops_, nullptr)->destroy(storage_);
  }

  const Ops* ops_ = nullptr;
  alignas(std::max_align_t) unsigned char storage_[Capacity];
};

}  // namespace voiceagent
