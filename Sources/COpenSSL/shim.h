// The system's libcrypto: HMAC-SHA256, SHA-256, and the comparison that takes the same time whatever differs.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
