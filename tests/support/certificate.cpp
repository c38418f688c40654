#include "support/certificate.h"

#if VOICEAGENT_WITH_SERVER
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

namespace voiceagent::test {

void write_certificate(const std::string& name, const std::string& certificate_path,
                       const std::string& key_path, const std::string& passphrase) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  constexpr long kHour = 3600;
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kHour);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const auto write = [](const std::string& path, auto put) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    put(file);
    std::fclose(file);
  };
  write(certificate_path, [&](std::FILE* file) { PEM_write_X509(file, certificate.get()); });
  write(key_path, [&](std::FILE* file) {
    const bool encrypted = !passphrase.empty();
    PEM_write_PrivateKey(file, key.get(), encrypted ? EVP_aes_256_cbc() : nullptr,
                         reinterpret_cast<const unsigned char*>(passphrase.data()),
                         static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

}  // namespace voiceagent::test
#endif
