@main struct PaperCommand { static func main() {} }
