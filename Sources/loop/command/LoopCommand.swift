@main struct LoopCommand { static func main() {} }
