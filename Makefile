# Thin calls: what they do is in local/, and `python -m local COMMAND --help` says more.

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
APPS := $(notdir $(patsubst %/app.py,%,$(wildcard examples/apps/*/app.py)))
SOURCES := __main__.py components local stacks tests review documents bench policies examples/projects

# Only what was given on the command line counts: many a shell has a NAME or an S of its own.
given = $(if $(findstring command,$(origin $(1))),$($(1)))
quoted = '$(subst ','\'',$(1))'
option = $(if $(call given,$(1)),--$(2) $(call quoted,$($(1))))
needed = $(if $(call given,$(1)),--$(2) $(call quoted,$($(1))),$(error make $@ needs $(1): see 'make help'))
# ENV=demo before `make` counts, too: it must not take everything down. A path is the start-up file of a shell.
environment = $(if $(ENV),$(if $(findstring /,$(ENV)),,--env $(call quoted,$(ENV))))

LAB := tests/engine/bootlab
CLUSTER := tests/engine/kubernetes
# On simulated clouds nobody counts requests or seconds:
CLOUDS := tests/engine/aws tests/engine/review
# In the order of their names, for the files of clouds that take minutes with few tests come first then, and not last.
AT-ONCE := -n 2 --dist loadfile --no-loadscope-reorder
ON-SERVERS := $(AT-ONCE) tests/engine --ignore $(LAB) --ignore $(CLUSTER)
ROOT := $(filter 0-Linux,$(shell echo $$(id -u)-$$(uname)))
# What was left out there runs by itself: pods take the whole machine, which waits half of the time,
in-cluster = $(if $(ROOT),$(1) $(PY) -m pytest $(CLUSTER),\
	echo "not run: the tests on a Kubernetes of this machine ($(CLUSTER)) take root on Linux")
# and so do hosts that boot: one cluster after the other.
in-lab = $(if $(ROOT),$(PY) -m pytest $(LAB) --ignore $(LAB)/kubernetes && $(PY) -m pytest $(LAB)/kubernetes,\
	echo "not run: the tests with hosts that really boot ($(LAB)) take root on Linux")

# An option that a command doesn't take, as its line below says, is not passed over: `make down STACK=demo` would take all
# away. What is no option of any command is a variable for programs, and a make within a make is given those of the first.
comma := ,
options = $(sort $(shell sed -n 's/^\($(1)\):.*\#\# //p' Makefile | grep -o '[A-Z]*=' | tr -d =))
taken := $(foreach goal,$(MAKECMDGOALS),$(call options,$(notdir $(goal))))
strange := $(strip $(foreach name,$(filter-out $(taken),$(call options,[a-z-]*)),$(if $(call given,$(name)),$(name))))
ifneq ($(and $(filter 0,$(MAKELEVEL)),$(MAKECMDGOALS),$(strange)),)
$(error make $(MAKECMDGOALS) takes no $(strange)$(if $(taken),$(comma) but $(taken)))
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Whatever is explained is a command, and never a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(READY) ## deploy everything onto this machine [ENV=demo] [TTL=8h] [SCHEDULER=kubernetes|CONTEXT=kind-dev], or another's cluster: ENV=demo BASE=dev
	@$(PY) -m local up $(environment) $(call option,TTL,ttl) $(call option,BASE,base) $(call option,SCHEDULER,scheduler) $(call option,CONTEXT,context)

down: $(READY) ## take everything away again, or one environment [ENV=demo]
	@$(PY) -m local down $(environment)

status: $(READY) ## what runs: environments, services, agents
	@$(PY) -m local status

logs: $(READY) ## last lines of every instance of a service: S=pods [ENV=demo] [N=50] [FOLLOW=1]
	@$(PY) -m local logs $(environment) $(call needed,S,service) $(call option,N,lines) $(if $(call given,FOLLOW),--follow)

simulate: $(READY) ## an environment on a simulated AWS: up, audited, no changes, gone again [STACK=dev]
	@$(PY) -m local tools
	@$(PY) -m local simulate $(call option,STACK,stack)

audit: $(READY) ## judge what an environment consists of, by its state [STACK=dev] [REFRESH=1|FILE=state.json]
	@$(PY) -m local audit $(call option,STACK,stack) $(if $(call given,REFRESH),--refresh) $(call option,FILE,file)

reap: $(READY) ## take the environments away whose time is over
	@$(PY) -m local reap

secret: $(READY) ## keep a secret, read from standard input: NAME=pods-api-key [ENV=demo]
	@$(PY) -m local secret $(environment) $(call needed,NAME,name)

env: $(READY) ## exports for using pulumi, nomad and consul by hand: eval "$(make -s env)"
	@$(PY) -m local env

connect: $(READY) ## bring the APIs of a cloud cluster to this machine, until Ctrl-C: STACK=dev
	@$(PY) -m local connect $(call needed,STACK,stack)

pin-image: $(READY) ## put the latest Ubuntu LTS image into a file, which the next pulumi up rolls to: STACK=dev
	@$(PY) -m local pin-image $(call needed,STACK,stack)

pin-checksums: $(READY) ## put checksums of nodes' programs, where a file has none, into it: STACK=qa [FROM=archive]
	@$(PY) -m local pin-checksums $(call needed,STACK,stack) $(call option,FROM,from)

policy: $(READY) ## preview with the policy pack, reports for a pull request [STACK=dev] [OVER=stack|simulated] [BASE=commit] [TO=dir]
	@$(PY) -m local tools
	@$(PY) -m review policy $(call option,STACK,stack) $(call option,OVER,over) $(call option,BASE,base) $(call option,TO,to)

parity: $(READY) ## how the environments differ, from their files alone
	@$(PY) -m review parity

schema: $(READY) ## write components/schema.json anew, after a change of a component or its args
	@$(PY) -m local schema

tools: $(READY) ## get pulumi, nomad, consul, caddy and the plugins, or what Kubernetes takes [SCHEDULER=kubernetes]
	@$(PY) -m local tools $(call option,SCHEDULER,scheduler)

test: $(READY) ## all tests, those against real servers last
	@tests/packages.sh
	@$(PY) -m local tools
	@$(PY) -m local tools --scheduler kubernetes
	@$(PY) -m tests.tools
	@$(PY) -m pytest -n auto tests/unit tests/contract
	@$(PY) -m pytest -n auto --dist loadfile tests/graph tests/policies
	@$(PY) -m pytest $(ON-SERVERS) $(if $(ROOT),$(CLOUDS:%=--ignore %))
	@$(call in-cluster,$(PY) -m tests.beside $(PY) -m pytest $(AT-ONCE) $(CLOUDS) --)
	@$(call in-lab)

test-unit: $(READY) ## the quick tests
	@$(PY) -m pytest -n auto tests/unit tests/contract

test-graph: $(READY) ## the tests of what is built on a cloud, and of the policies, with mocks
	@$(PY) -m pytest -n auto --dist loadfile tests/graph tests/policies

test-engine: $(READY) ## the tests against real servers
	@tests/packages.sh
	@$(PY) -m local tools
	@$(PY) -m local tools --scheduler kubernetes
	@$(PY) -m tests.tools
	@$(PY) -m pytest $(ON-SERVERS)

test-kubernetes: $(READY) ## the tests on a Kubernetes of this machine, as root on Linux
	@tests/packages.sh
	@$(PY) -m local tools --scheduler kubernetes
	@$(call in-cluster)

test-boot: $(READY) ## the tests with hosts that really boot, as root on Linux
	@tests/packages.sh
	@$(PY) -m local tools
	@$(PY) -m local tools --scheduler kubernetes
	@$(call in-lab)

lint: $(READY) ## style and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy $(SOURCES)
	@for app in $(APPS); do MYPYPATH=examples/apps/common $(PY) -m mypy examples/apps/$$app/app.py || exit 1; done

docs: $(READY) ## the documentation as a site, in .foxden/site; a link that leads nowhere fails
	@$(PY) -m documents.site

graph: $(READY) ## what a stack registers, drawn into docs/graphs/: all, or one [STACK=dev]
	@$(PY) -m documents.draw $(call option,STACK,stack)

bench: $(READY) ## measure previews, imports and `make up`, or one of these [PART=kubernetes] [LARGEST=100]
	@$(PY) -m local tools
	@$(PY) -m local tools --scheduler kubernetes
	@$(PY) -m bench $(call option,PART,part) $(call option,LARGEST,largest)

clean: ## remove the virtual environment and caches
	@if [ -e "$${FOXDEN_STATE:-.foxden}/agents" ]; then echo "the cluster is still there: run 'make down' first" >&2; exit 1; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis components/build components/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# On standard error, for `make -s env` must print nothing but exports.
$(READY): requirements.txt requirements-dev.txt components/pyproject.toml
	@local/commands/venv.sh $(VENV) >&2
