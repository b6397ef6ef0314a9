@main struct GateCommand { static func main() {} }
