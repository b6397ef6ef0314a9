@main struct FeedCommand { static func main() {} }
