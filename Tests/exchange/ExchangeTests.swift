import ExchangeFold
import Testing
