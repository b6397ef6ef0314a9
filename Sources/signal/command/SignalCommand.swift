@main struct SignalCommand { static func main() {} }
