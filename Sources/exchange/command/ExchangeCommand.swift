import ExchangeFold
@main
struct ExchangeCommand { static func main() {} }
