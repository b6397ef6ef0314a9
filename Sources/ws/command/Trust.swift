import NIOCore
import NIOSSL
import Stage

/// Whom a TLS connection believes: the system's roots, and those of a file. That is never switched off.
enum Trust {
    /// - Parameter file: certificates in PEM.
    /// - Throws: `Failure` with 66 if the file cannot be read or holds none.
    static func context(with file: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)
        if let file { configuration.additionalTrustRoots = [.certificates(try certificates(of: file))] }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw Failure.refused(.software, "unable to set up TLS: \(Cause.text(error))")
        }
    }

    private static func certificates(of file: String) throws -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(file)
            if !certificates.isEmpty { return certificates }
        } catch {}
        throw Failure.refused(.noInput, "unable to read \(file): no file of certificates in PEM")
    }
}
