// Whole numbers on the command line.
#pragma once

#include <cstdint>

namespace CLI {
class Validator;
}

namespace cli {

// For an option's transform(): takes decimal digits that make a number from `least` to `most`.
// CLI11 alone wraps a negative number for an unsigned option, stops one that is too large at the
// largest, and reads leading zeros as octal.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);

}  // namespace cli
