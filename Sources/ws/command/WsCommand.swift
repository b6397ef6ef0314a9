@main
struct WsCommand { static func main() {} }
