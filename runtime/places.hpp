// Where things are on this machine: the state directory and its folders, PATH, home. Reads the environment once
// per question; changes nothing but the folders it is asked to make.
#pragma once

#include "io/result.hpp"

#include <string>

namespace settle {

bool is_on_path(const std::string& program);
std::string home_dir();  ///< $HOME, else the password database, else /
std::string current_dir();
std::string absolute(const std::string& path);
/// Makes the folder (mode 0700) and its parents, and checks that it can be written. Error: storage.
io::result<void> make_private_folder(const std::string& path);

}  // namespace settle
