// The one preprocessor loop of the house: applies one macro to each of at most 340 arguments.
#pragma once

// WHY four arguments at a time: each EXPAND reads all that is expanded so far again, and those are the cost of long lists.
#define WELKIN_PARENS ()
#define WELKIN_EXPAND(...) WELKIN_EXPAND3(WELKIN_EXPAND3(WELKIN_EXPAND3(WELKIN_EXPAND3(__VA_ARGS__))))
#define WELKIN_EXPAND3(...) WELKIN_EXPAND2(WELKIN_EXPAND2(WELKIN_EXPAND2(WELKIN_EXPAND2(__VA_ARGS__))))
#define WELKIN_EXPAND2(...) WELKIN_EXPAND1(WELKIN_EXPAND1(WELKIN_EXPAND1(WELKIN_EXPAND1(__VA_ARGS__))))
#define WELKIN_EXPAND1(...) __VA_ARGS__

#define WELKIN_EACH(macro, self, ...) __VA_OPT__(WELKIN_EXPAND(WELKIN_EACH_FIRST(macro, self, __VA_ARGS__)))
#define WELKIN_EACH_FIRST(macro, self, one, ...) macro(self, one) __VA_OPT__(WELKIN_EACH_SECOND(macro, self, __VA_ARGS__))
#define WELKIN_EACH_SECOND(macro, self, one, ...) macro(self, one) __VA_OPT__(WELKIN_EACH_THIRD(macro, self, __VA_ARGS__))
#define WELKIN_EACH_THIRD(macro, self, one, ...) macro(self, one) __VA_OPT__(WELKIN_EACH_FOURTH(macro, self, __VA_ARGS__))
#define WELKIN_EACH_FOURTH(macro, self, one, ...) \
  macro(self, one) __VA_OPT__(WELKIN_EACH_AGAIN WELKIN_PARENS(macro, self, __VA_ARGS__))
#define WELKIN_EACH_AGAIN() WELKIN_EACH_FIRST
