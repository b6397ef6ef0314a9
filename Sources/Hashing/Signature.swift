import COpenSSL

/// How a request shows that it comes from the key's owner.
///
/// Source: Bybit API v5, "Integration Guidance": lower-case hex of HMAC-SHA256(secret, timestamp + key + receive window +
/// query of a GET, or body of a POST), over the very bytes that are sent; a stream signs `GET/realtime` + expiry.
/// The secret is lent, so that it need not be copied.
public enum Signature {
    /// - Parameters:
    ///   - timestamp: milliseconds, as in the header.
    ///   - window: milliseconds, as in the header.
    ///   - payload: the raw query without its `?`, or the raw body.
    public static func rest(
        secret: UnsafeRawBufferPointer, timestamp: some StringProtocol, key: some StringProtocol,
        window: some StringProtocol,
        payload: some Sequence<UInt8>
    ) -> String {
        sign(secret, Array(timestamp.utf8) + Array(key.utf8) + Array(window.utf8) + payload)
    }

    /// - Parameter expires: milliseconds; in the future when the exchange reads it.
    public static func stream(secret: UnsafeRawBufferPointer, expires: some StringProtocol) -> String {
        sign(secret, Array("GET/realtime\(expires)".utf8))
    }

    public static func rest(
        secret: [UInt8], timestamp: some StringProtocol, key: some StringProtocol, window: some StringProtocol,
        payload: some Sequence<UInt8>
    ) -> String {
        secret.withUnsafeBytes { rest(secret: $0, timestamp: timestamp, key: key, window: window, payload: payload) }
    }

    public static func stream(secret: [UInt8], expires: some StringProtocol) -> String {
        secret.withUnsafeBytes { stream(secret: $0, expires: expires) }
    }

    /// Compares in a time that does not tell where the first difference lies.
    public static func isSame(_ a: String, _ b: String) -> Bool {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        return a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    private static func sign(_ secret: UnsafeRawBufferPointer, _ message: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        let made = HMAC(EVP_sha256(), secret.baseAddress, Int32(secret.count), message, message.count, &digest, &count)
        precondition(made != nil && count == 32, "libcrypto makes an HMAC-SHA256 of any key and message")
        return String(decoding: SHA256.digits(of: digest), as: UTF8.self)
    }
}
