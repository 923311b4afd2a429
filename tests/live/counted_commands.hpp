// Slurm's client commands with a count in front: a folder to put first on PATH, whose squeue, sacct, sbatch and
// scancel write one line about the call and then are the real ones.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace settle::live {

/// One call: the program's name, then its arguments.
using counted_call = std::vector<std::string>;

class counted_commands {
public:
  /// Makes the folder `folder/bin` and keeps the record in `folder/calls`.
  explicit counted_commands(std::string folder);

  std::string path() const { return folder_ + "/bin"; }
  /// In the order in which they were started.
  std::vector<counted_call> calls() const;
  std::size_t count(const std::string& program) const;
  /// From now on calls of `program` are recorded and then wait, as those of a busy machine do, until `release`.
  void hold(const std::string& program) const;
  void release(const std::string& program) const;
  /// The most sacct calls between one squeue and the next.
  std::size_t most_sacct_in_one_cycle() const;

private:
  std::string folder_;
};

}  // namespace settle::live
