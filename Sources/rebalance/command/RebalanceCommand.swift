@main struct RebalanceCommand { static func main() {} }
