# What people do here, under one name each; the work is in the scripts.

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## watch the seven layers trade a synthetic day on paper
	pipelines/demo

test: ## run every test
	Tests/run

test-clients: ## let pybit and ccxt, as published, trade on the local exchange (needs Python and the network)
	Tests/clients/run

test-spark: ## run a sweep on a Spark cluster of worker processes, one of them killed (needs Java and the network)
	Tests/pipelines/spark

soak: ## a day of market at high speed, live, with a fault every minute (16 minutes)
	Tests/live/soak

faults: ## let everything go wrong between drift-exec and the local exchange: make faults [RUNS=10000] [SEED=1]
	. pipelines/environment && require_build drift-exec drift-exchange drift-ws && \
	    Tests/exec/process/campaign $(or $(RUNS),10000) $(or $(SEED),1) 48 && Tests/exec/process/cut 1 48

coverage: ## see how often the ablation's intervals hold the truth of made-up markets: make coverage [SEEDS=400] [EDGE=0] (an hour)
	. pipelines/environment && require_build "$${paper_programs[@]}" && \
	    Tests/report/coverage $(or $(SEEDS),400) 1 $(or $(EDGE),0)

fuzz: ## feed the readers with made-up input: make fuzz [SECONDS=600]
	Tests/fuzz/run $(or $(SECONDS),600)

teeth: ## plant a hundred bugs in drift-exec, and see whether its tests find them (some hours)
	Tests/exec/teeth/bite

bench: ## measure the pipeline beside cat: a table of targets with verdicts
	benchmarks/run $(MARKET)

bench-peers: ## run the same trades through well-known engines (needs Python and the network)
	. pipelines/environment && require_build "$${paper_programs[@]}" && benchmarks/peers $(MARKET)

bench-exchange: ## measure the local exchange under load
	benchmarks/exchange

bench-exec: ## measure an order from the pipe to the wire, beside pybit
	. pipelines/environment && require_build drift-exec drift-exchange drift-ws && benchmarks/exec

conform: ## hold a stage to the contract: make conform STAGE='command' [OPTIONS=--lenient]
	Tests/conform/run $(OPTIONS) -- '$(STAGE)'

build: ## build the programs, release
	. pipelines/environment && build_release

vectors: ## make the oracles' vectors again (needs Python, see Tests/oracle)
	cd Tests/oracle && python3 make_vectors.py

install: ## install programs, man pages and completions: make install [PREFIX=/usr/local]
	pipelines/install $(or $(PREFIX),/usr/local)

SHELL := /bin/bash
.PHONY: help demo test test-clients test-spark soak faults coverage fuzz teeth bench bench-peers bench-exchange bench-exec conform build vectors install
.DEFAULT_GOAL := help
