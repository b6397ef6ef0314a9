public import Bybit

/// What an answer to an order means.
///
/// Source: Bybit API v5, "Error codes", and what clients have met.
enum Reaction: Equatable {
    /// It was taken; what becomes of it follows.
    case accepted
    /// An order of this name is known already: whether it is this one, the exchange is to say.
    case known
    /// It was not taken.
    case refused
    /// It was not taken, and may be a little later.
    case notNow
    /// It was not taken: its time was not the exchange's.
    case mistimed
    /// There is nothing to reduce.
    case nothingToReduce
    /// It was not taken, and nothing may be opened in this symbol.
    case shut
    /// It was not taken, and nothing may be opened at all: key, rights, mode or account are not what they must be.
    case stop
    /// Nobody knows whether it was taken.
    case unknown

    init(code: Int) {
        self =
            switch code {
            case 0: .accepted
            case 110_072, 170_141: .known
            case -1, 10002: .mistimed
            case 110_017: .nothingToReduce
            case 110_005, 110_063, 110_066, 110_074, 110_079, 110_118: .notNow
            case 110_013, 110_021, 110_022, 110_023, 110_042, 110_086, 110_090, 30_228, 3_400_045, 3_400_139: .shut
            case 10003, 10004, 10005, 10007, 10008, 10009, 10010, 10017, 10024, 10027, 10028, 10029, 10404, 33004,
                110_024, 110_028:
                .stop
            case 10001, 110_001, 110_003, 110_004, 110_006, 110_007, 110_008, 110_009, 110_010, 110_011, 110_012,
                110_014, 110_018, 110_019, 110_020, 110_025, 110_026, 110_027, 110_032, 110_040, 110_043, 110_044,
                110_045, 110_046, 110_049, 110_051, 110_052, 110_053, 110_061, 110_092, 110_093, 110_094, 110_108,
                110_109, 110_120, 110_121, 30_208, 30_209, 34_040, 170_033, 170_131, 170_139, 170_142, 170_190,
                170_213:
                .refused
            default: .unknown
            }
    }

    /// - Parameter text: the exchange's, where one code means much.
    init(code: Int, text: String) {
        self.init(code: code)
        if code == 10001, text.contains("position idx not match") { self = .stop }
    }

    init(_ failure: RESTFailure) {
        self =
            switch failure {
            case .unsent: .notNow
            case .status(401), .status(404): .stop
            case .refused(let code, let text): Reaction(code: code, text: text)
            case .unreachable, .status, .banned, .garbled: .unknown
            }
    }
}

extension RESTFailure {
    /// Whether key, rights, mode or account are not what they must be: nothing is to be asked again. A question's 404 may be a
    /// gateway's, in passing: what is not told holds back by itself what opens.
    public var isFinal: Bool { self != .status(404) && Reaction(self) == .stop }
}
