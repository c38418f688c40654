// Certificates made for one test.
#pragma once

#include <string>

namespace voiceagent::test {

// Writes a certificate that is signed by itself, and its key, as PEM files; with a passphrase the
// key is encrypted.
void write_certificate(const std::string& name, const std::string& certificate_path,
                       const std::string& key_path, const std::string& passphrase = {});

}  // namespace voiceagent::test
