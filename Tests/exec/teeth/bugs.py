"""Bugs that people make: each a change of drift-exec, or of what it reads with, that its tests must find.

(name, file, old text, new text); behind those for fuzzing the target that must find it.
"""

EXEC = "Sources/exec/"

FOLD = [
    ("an execution is booked as often as it is told of", "Booking.swift", "guard !memory.executions.contains(row.id), let index", "guard let index"),
    ("funding is taken for a fill", "Booking.swift", 'if row.type == "Funding" {', 'if row.type == "NoSuchType" {'),
    ("a fee has the wrong sign", "Booking.swift", "level: Level(price: price, quantity: quantity), fee: fee,", "level: Level(price: price, quantity: quantity), fee: -fee,"),
    ("a fill that comes after the end is dropped", "Booking.swift", "let sending = row.link.isEmpty ? nil : memory.sent[row.link]", "let sending = place.map { tickets[$0].sending }"),
    ("an order ends without its fills", "Booking.swift", "ticket.ended != nil && ticket.booked >= ticket.stated else", "ticket.ended != nil else"),
    ("a part that was filled counts as all", "Booking.swift", "let isFilled = ticket.booked >= ticket.sending.quantity", "let isFilled = ticket.booked > .zero"),
    ("what is filled may fall", "Booking.swift", "tickets[index].stated = max(tickets[index].stated, filled)", "tickets[index].stated = filled"),
    ("what is not ours is taken for ours", "Booking.swift", "guard desks[index].shut == nil else { return }\n        desks[index].shut = cause", "guard desks[index].shut == nil else { return }"),
    ("a stop is not looked for", "Booking.swift", "protect(index, at: now, askIn: 400_000)", ""),
    ("a day's loss is not looked at", "Booking.swift", "if equity < least {", "if equity < .zero {"),
    ("one empty answer means never placed", "Answers.swift", "guard ticket.absences >= 3, now - ticket.unknownSince >= 30_000_000, isStreaming,", "guard ticket.absences >= 1,"),
    ("absence is believed without the stream", "Answers.swift", "now - ticket.unknownSince >= 30_000_000, isStreaming,", "now - ticket.unknownSince >= 1_000_000,"),
    ("a time-out means refused", "Answers.swift", "case .known, .unknown: if !isSeen { doubt(index, text, at: now) }", "case .known, .unknown: if !isSeen { refused(index, .refused, code, text, at: now, into: &out) }"),
    ("an answer about another order is believed", "Answers.swift", "answer.result[\"orderLinkId\"]?.text ?? link == link", "true"),
    ("refusals are not counted", "Answers.swift", "refusals += 1", "refusals += 0"),
    ("an exit that was refused for now is given up", "Answers.swift", "guard mayPass, ticket.tries < 3 else {", "guard false else {"),
    ("only what was traded of late is asked for", "Executor.swift", "min(now - 600_000_000, desks[index].knownUpTo - 60_000_000)", "now - 600_000_000"),
    ("only the last hundred executions are read", "Answers.swift", "if let next = request.page(after: answer), desks", "if let next = request.page(after: answer), false, desks"),
    ("a key that is refused goes on", "Answers.swift", "case .stop: stop(", "case .stop: say("),
    ("a halt is forgotten with the run", "Executor.swift", "note(.halt(code: code, reason: reason, ts: now))", "memory.take(.halt(code: code, reason: reason, ts: now), nil)"),
    ("the end does not wait for what is open", "Executor.swift", "isEnding && tickets.isEmpty", "isEnding"),
    ("the end does not close", "Executor.swift", "guard settings.onEnd == .flatten else { return }", "return"),
    ("an order leaves before it is in the journal", "Sending.swift", "note(.send(sending))\n        tickets.append(Ticket(sending: sending, fraction: fraction, tries: tries, askAt: .max))\n        ask(request)", "tickets.append(Ticket(sending: sending, fraction: fraction, tries: tries, askAt: .max))\n        ask(request)\n        note(.send(sending))"),
    ("an order is not in the journal", "Sending.swift", "note(.send(sending))", "memory.take(.send(sending), nil)"),
    ("a second attempt has the first one's name", "Sending.swift", "if memory.sent[String(link)] == nil { return String(link) }", "return String(link)"),
    ("an exit closes all, whatever was asked", "Sending.swift", "by: fraction, desk.instrument), desk.instrument.maxQuantity)", "by: Rate(units: Rate.one), desk.instrument), desk.instrument.maxQuantity)"),
    ("an emergency waits for an order of which nobody knows", "Sending.swift", "$0.sending.symbol != desk.name || $0.state == .unknown && $0.sending.isReduceOnly", "$0.sending.symbol != desk.name"),
    ("an exit is not reduce-only", "Request.swift", "if sending.isReduceOnly { members.append(.init(\"reduceOnly\", true)) }", ""),
    ("an entry has no stop", "Request.swift", "if let takeProfit = protection?.takeProfit, let stopLoss = protection?.stopLoss {", "if let takeProfit = protection?.takeProfit, let stopLoss = protection?.stopLoss, sending.isReduceOnly {"),
    ("an id may be used twice", "Acceptance.swift", "guard !memory.intents.contains(intent), ids.insert(intent).inserted else {", "guard !intent.isEmpty else {"),
    ("an id may be used again after a restart", "Acceptance.swift", "guard !memory.intents.contains(intent), ids.insert(intent).inserted else {", "guard ids.insert(intent).inserted else {"),
    ("old intents are opened", "Acceptance.swift", "guard age <= settings.maxAge else {", "guard age <= .infinity else {"),
    ("prices far off are traded on", "Acceptance.swift", ".contains(market.reference) else {", ".contains(market.valuation) else {"),
    ("orders are opened without the stream", "Acceptance.swift", "guard isStreaming else {", "guard isStreaming || true else {"),
    ("orders are opened beside one of which nobody knows", "Acceptance.swift", "tickets.first(where: { $0.state == .unknown && $0.sending.symbol == desk.name })", "tickets.first(where: { _ in false })"),
    ("there may be any number of orders a minute", "Acceptance.swift", "guard recent.count < settings.openingsAMinute else {", "guard recent.count < 1_000_000 else {"),
    ("two positions in one symbol", "Acceptance.swift", "guard memory.holding(desk.name) == nil, !hasTicket(desk.name) else {", "guard !hasTicket(desk.name) else {"),
    ("10006 means refused", "Reaction.swift", "case 10001, 110_001,", "case 10001, 10006, 110_001,"),
    ("110072 means refused", "Reaction.swift", "case 110_072, 170_141: .known", "case 110_072, 170_141: .refused"),
    ("why it was opened is forgotten", "Memory.swift", "conviction: sent[booking.link]?.conviction ?? .none", "conviction: .none"),
    ("what a foreign hand holds is forgotten by a restart", "Opening.swift", "guard let index = desk(row.symbol), desks[index].differsSince != nil else { return }", "guard let index = desk(row.symbol), desks[index].differsSince == .max else { return }"),
    ("orders of an earlier run are forgotten", "Opening.swift", "tickets.append(ticket)", "_ = ticket"),
    ("an account in hedge mode goes on", "Booking.swift", 'if size > .zero { stop("\\(row.symbol) is in hedge mode: positions of both sides") }', ""),
    ("what the key may do is not looked at again", "Answers.swift", "if !problems.isEmpty { stop(", "if false { stop("),
    ("lines of the journal are not chained", "Journal.swift", "let message = before + text", "let message = text"),
    ("damage in the journal is stepped over", "Journal.swift", "guard end == bytes.count - 1 else { throw JournalDamage(line: content.entries.count + 1) }", ""),
]

DOOR = [
    ("libcurl holds the body, and sends it again by itself", "../Bybit/Transfer.swift", "_ = curl_set_pointer(handle, CURLOPT_READDATA, load)\n            _ = curl_set_transfer(handle, CURLOPT_READFUNCTION, send)", "load.pointee.body.withUnsafeBytes { _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }"),
    ("others may read the key file", "command/Key.swift", "guard status.st_mode & 0o077 == 0 else {", "guard status.st_mode & 0o002 == 0 else {"),
    ("a link to a key file is followed", "command/Key.swift", "O_RDONLY | O_NOFOLLOW | O_NONBLOCK", "O_RDONLY | O_NONBLOCK"),
    ("two work in one folder", "command/State.swift", "guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {", "guard lock >= 0 else {"),
    ("a torn end is not cut off", "command/State.swift", "guard ftruncate(file, off_t(content.count)) == 0 else", "guard content.count >= 0 else"),
    ("the halt file is not looked at", "command/State.swift", 'access("\\(path)/halt", F_OK) == 0', "false"),
    ("the secret is in the greeting", "command/Key.swift", '.number("\\(expires)"), .string(signature)]', '.number("\\(expires)"), .string(lend { String(decoding: $0, as: UTF8.self) })]'),
    ("SIGTERM ends at once", "command/ExecRun.swift", "            alarm(0)\n            interruption = number\n            end()", "            throw Failure.interrupted(number)"),
]

FUZZ = [
    ("a trade of less than nothing is taken on the fast path", "../Records/RecordReader.swift", "quantity.mantissa >= 0,\n            match(text, &i, #\",\"side\":\"\"#)", "match(text, &i, #\",\"side\":\"\"#)", "records"),
    ("the places behind the eighth are dropped", "../Venue/DecimalText.swift", "while fraction.last == UInt8(ascii: \"0\") { fraction.removeLast() }\n    guard fraction.count <= places", "fraction = fraction.prefix(places)\n    guard fraction.count <= places", "figures"),
    ("a short line of a journal is read", "Journal.swift", "guard line.count > digits + 1, line.count < lineLimit,", "guard line.count < lineLimit,", "journals"),
    ("what the wallet says is a number", "Booking.swift", "guard let equity = Money(text: row.equity), let available = Money(text: row.available) else { return }", "let (equity, available) = (Money(text: row.equity)!, Money(text: row.available)!)", "answers"),
    ("what is told of a position is a number", "Booking.swift", "guard let index = desk(row.symbol), let size = Quantity(text: row.size) else { return }", "guard let index = desk(row.symbol) else { return }\n        let size = Quantity(text: row.size)!", "frames"),
]
