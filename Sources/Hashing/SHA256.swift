import COpenSSL

/// SHA-256 (FIPS 180-4), told in 64 lower-case hexadecimal digits.
public enum SHA256 {
    public static func digits(hashing message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        COpenSSL.SHA256(message, message.count, &digest)
        return digits(of: digest)
    }

    /// Two digits a byte.
    static func digits(of digest: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
