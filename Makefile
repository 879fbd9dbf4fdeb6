# Moonwire. `make` alone lists what can be made.
#
# Everything that is made lies under build/, what is for others under dist/. BUILD names the directory of one variant (flags,
# sanitizers); the static libraries in build/deps are built once for all of them. ARCH=arm64 builds for that machine, with
# libraries of its own.

MACHINE := $(shell uname -m | sed s/aarch64/arm64/)
ARCH    := $(MACHINE)
ifeq ($(ARCH),$(MACHINE))
  BUILD := build
  DEPS  := build/deps
else ifeq ($(ARCH),arm64)
  BUILD := build/arm64
  DEPS  := build/deps-arm64
  HOST  := aarch64-linux-gnu
else
  $(error ARCH=$(ARCH): on this machine it is built for $(sort $(MACHINE) arm64))
endif
CROSS := $(addsuffix -,$(HOST))

SANITIZE :=# address,undefined ...: see `make asan`
ONLY     :=# make test ONLY=name: only the tests whose file name contains it
FUZZ_SECONDS := 60
INVOCATIONS  := 1000000
V        :=# V=1 shows the commands

# All processors, unless -j says otherwise: the first build is mostly waiting for compilers. Not for several goals at once: `make clean
# build` means one after the other.
ifeq ($(MAKELEVEL)$(word 2,$(MAKECMDGOALS)),0)
  MAKEFLAGS := -j$(shell nproc) $(MAKEFLAGS)
endif

VERSION := $(shell sed -n 's/^.define MOONWIRE_VERSION "\(.*\)"/\1/p' runtime/base/version.h)
ARCHS   := $(sort $(MACHINE) arm64)
PREFIX  := /usr/local
DESTDIR :=

CC     := $(CROSS)gcc
CFLAGS := -O3 -g
WERROR := -Werror

# ---- Sources: names without folder and suffix -------------------------------------------------------------------------

BASE   := alarm arena buf config date err field init_line json json_check json_cover json_write log log_line loop output \
  settings shown spelling stop_signal str timers utf8
NET    := http http_answer http_multi http_names http_request http_tls http_transfer trust url
AWS    := broadcast client client_call client_classify client_keys client_peer client_trace connections connections_message \
  container container_fetch container_keys container_place container_reply credentials digest encoding endpoint jwa \
  jwk jwk_key jwk_set jwt jwt_claims jwt_code jwt_sign jwt_signature jwt_token metric metrics metrics_write quotation \
  retry retry_clock retry_settings sigv4 sigv4_check sigv4_headers sigv4_key sigv4_uri
LAMBDA := extension http1_connection http1_head http1_reader invocation refusal runtime_api slot
SCRIPT := bind_aws bind_broadcast bind_connections bind_crypto bind_http bind_invocation bind_json bind_jwt \
  bind_lambda bind_log bind_metrics bind_module bind_sigv4 bind_task event event_log event_place failure frames \
  handler header_list memory nesting outcome redact result scope scope_metrics secret serving shutdown table_field \
  task task_handle value value_write vm watchdog xray_cause
# The local gateway: what ties it together, and its rooms.
GATEWAY   := addresses api_id apis control control_answer control_apps control_calls control_connections control_console control_events \
  control_faults control_functions control_http control_identity control_invocation control_invoke control_lambda control_rooms \
  control_route control_service control_signed control_state delays descriptors event_order excerpt fault_act fault_order fault_tell gateway \
  generation generations http_call identity lambda_target load_failure management moment reload reread route_call \
  server session signals signature signature_header visitor
MODEL     := faults model model_admission model_answer model_authorization model_authorize model_close \
  model_connections model_event model_fields model_frame model_id model_identity model_json model_manage model_policy \
  model_request model_result model_step route_selection route_selection_value
CONSOLE   := console console_apps console_archive console_feed console_page console_ring console_routes console_store console_token console_totals console_traffic
HTTP_API  := http_api http_api_cors http_api_event http_api_fields http_api_path http_api_result http_api_route
PROJECT   := dotenv intrinsic intrinsic_name node_table project project_authorizer project_code project_environment project_event \
  project_file project_function project_http_api project_http_route project_provider project_report project_route \
  project_settings project_spelling project_value variable_files variable_source variable_syntax variable_value \
  variables yaml_compose yaml_json yaml_kind yaml_merge yaml_problem yaml_tree
TRANSPORT := handshake httpd httpd_connection httpd_exchange httpd_head httpd_listen httpd_request websocket websocket_outbox \
  websocket_pace websocket_reader
FUNCTIONS := child environment environment_api environment_start environment_turns environment_variables invoke invoke_queue pool \
  process report task_root turn
RELOAD    := named run_folder snapshot snapshot_part tree watch
VIEW      := view view_json view_lines view_log view_metrics view_observer view_out view_plain view_record \
  view_record_json view_reload view_report view_stack view_style view_tap view_text view_text_invocation
CLI    := bind_folder bind_http_event bind_limited bind_model bind_plain bind_process bind_project bind_trial bind_zip binding \
  cmd_ctl cmd_dev cmd_doctor cmd_invoke cmd_lua cmd_new cmd_package cmd_test cmd_token cmd_types local_api lua_command \
  main own_file pairs script

# lua/moonwire: linked in as bytecode, LUA into both programs, LUA_DEV only into moonwire.
LUA     := app app/conn app/door app/failure app/origin app/request app/route app/row app/schema app/steps app/turn \
  async auth auth/policy auth/request auth/verifier aws aws/actions aws/client aws/credentials aws/lambda_invoke \
  aws/request aws/services aws/sign batch crypto dynamodb dynamodb/backlog dynamodb/batch dynamodb/binary \
  dynamodb/marshal dynamodb/number dynamodb/pages dynamodb/read dynamodb/set dynamodb/shapes dynamodb/write http json \
  jwt jwt/options lambda log metrics runtime/arguments runtime/describe runtime/encode runtime/globals runtime/handler \
  runtime/handler_file runtime/headers runtime/invoke runtime/json_kind runtime/key_set runtime/prelude runtime/random runtime/unattended \
  runtime/utf8 store store/backend store/dynamodb store/dynamodb_data store/dynamodb_failure store/dynamodb_item \
  store/dynamodb_keys store/dynamodb_members store/handle store/name store/record store/scope store/sqlite \
  store/sqlite_database store/sqlite_library store/sqlite_schema ws ws/broadcast ws/delivery ws/relay ws/room ws/user
LUA_DEV := cli/control cli/ctl cli/ctl_show cli/doctor cli/event cli/event_kinds cli/files cli/here cli/installed cli/invoke cli/md5 cli/new cli/options \
  cli/own_dev cli/package cli/package_architecture cli/package_files cli/test cli/token cli/types cli/verdict \
  console/example console/probe \
  doctor/actions doctor/apps doctor/archive doctor/bootstrap doctor/case doctor/catalogue doctor/elf doctor/files doctor/findings \
  doctor/glob doctor/handlers doctor/libraries doctor/names doctor/needs doctor/nodes doctor/packaged doctor/permissions doctor/placeholders \
  doctor/probe doctor/queues doctor/references doctor/report doctor/routes doctor/runtime doctor/search doctor/settings doctor/sizes doctor/store \
  doctor/timeouts doctor/tree doctor/variables test test/assert test/assertions test/compare test/dialect test/files \
  test/hooks test/insulate test/junit test/kit/calls test/kit/client test/kit/environment test/kit/event \
  test/kit/faults test/kit/journal test/kit/leftovers test/kit/match test/kit/play test/kit/request test/kit/service \
  test/kit/world test/match test/plain test/runner test/show test/spy test/stream test/stub test/tap test/trace \
  test/utf8
# Declarations for editors, of what C gives to Lua; nobody loads them.
META    := meta/assert meta/backend meta/code meta/core/aws meta/core/broadcast meta/core/connections meta/core/crypto \
  meta/core/folder meta/core/http meta/core/http_event meta/core/invocation meta/core/json meta/core/jwt meta/core/lambda \
  meta/core/limited meta/core/log meta/core/metrics meta/core/model meta/core/module meta/core/plain \
  meta/core/process meta/core/project meta/core/sigv4 meta/core/task meta/core/trial meta/core/zip meta/dialect meta/event meta/event_http \
  meta/event_records meta/handler
library := $(filter-out cli/%,$(LUA) $(LUA_DEV)) $(META)
templates := $(sort $(shell find templates -type f ! -path '*/.moonwire/*' ! -path '*/.serverless/*' ! -name '*.zip'))
pages     := $(sort $(shell find docs -type f))
web_client := client/moonwire.js client/moonwire.d.ts

# ---- Flags ------------------------------------------------------------------------------------------------------------

rooms    := model http_api project transport functions reload view console
folders  := base net aws lambda script gateway $(rooms:%=gateway/%) cli
warnings := -Wall -Wextra -Wshadow -Wconversion $(WERROR)

ifeq ($(SANITIZE),)
  hardening := -fstack-protector-strong -D_FORTIFY_SOURCE=2
else
  hardening := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
  # A Lua error leaves the C functions that Lua called without AddressSanitizer's notice; what it noted about their
  # stack frames would be taken for an overflow by whoever uses the stack next.
  left_by_errors := --param=asan-stack=0
endif

# The prefix map keeps the directory of the build out of the programs.
compile := $(CC) -std=gnu11 $(CFLAGS) $(warnings) $(hardening) -fPIE -ffunction-sections -fdata-sections \
  -ffile-prefix-map=$(CURDIR)=. $(folders:%=-Iruntime/%) -isystem $(DEPS)/include

link := $(CC) $(CFLAGS) $(hardening) -pie -static-libgcc -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections \
  -Wl,--as-needed -Wl,--hash-style=gnu -Wl,-O1

# Lua modules written in C find the Lua API in the program, all of it, whether we call it or not.
lua_api   := -Wl,--whole-archive $(DEPS)/lib/libluajit.a -Wl,--no-whole-archive \
  $(foreach prefix,lua luaL luaJIT luaopen,-Wl,--export-dynamic-symbol='$(prefix)_*')
libraries := -L$(DEPS)/lib $(DEPS)/lib/libcurl.a $(DEPS)/lib/libcjson.a -l:libssl.a -l:libcrypto.a -lm -ldl -lpthread
# wslay has no static package: where the tool is installed it has its own copy of the shared one. Looked for when it is needed:
# at first there is no compiler to ask.
wslay     = $(firstword $(wildcard $(DEPS)/lib/libwslay.so.1) $(shell $(CC) -print-file-name=libwslay.so.1))
run_path := -Wl,-rpath,'$$ORIGIN/../lib/moonwire'
gateway_libraries := $(DEPS)/lib/libmicrohttpd.a -lwslay -l:libyaml.a -l:libminizip.a -l:libz.a

# ---- Files ------------------------------------------------------------------------------------------------------------

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
sources := $(BASE:%=runtime/base/%.c) $(NET:%=runtime/net/%.c) $(AWS:%=runtime/aws/%.c) \
  $(LAMBDA:%=runtime/lambda/%.c) $(SCRIPT:%=runtime/script/%.c)
gateway_sources := $(GATEWAY:%=runtime/gateway/%.c) $(MODEL:%=runtime/gateway/model/%.c) \
  $(CONSOLE:%=runtime/gateway/console/%.c) $(HTTP_API:%=runtime/gateway/http_api/%.c) \
  $(PROJECT:%=runtime/gateway/project/%.c) $(TRANSPORT:%=runtime/gateway/transport/%.c) \
  $(FUNCTIONS:%=runtime/gateway/functions/%.c) \
  $(RELOAD:%=runtime/gateway/reload/%.c) $(VIEW:%=runtime/gateway/view/%.c)
page    := $(sort $(wildcard $(addprefix runtime/gateway/console/page/*.,css html js svg)))
mains   := runtime/bootstrap.c $(CLI:%=runtime/cli/%.c)
runtime := $(BUILD)/libmoonwire.a
gateway := $(BUILD)/libgateway.a

unit_tests   := $(wildcard tests/unit/test_*.c)
unit_helpers := $(filter-out $(unit_tests),$(wildcard tests/unit/*.c))
unit_built   := $(unit_tests:tests/unit/%.c=$(BUILD)/tests/%)
fuzz_targets := $(wildcard tests/fuzz/fuzz_*.c)
fuzz_built   := $(fuzz_targets:tests/fuzz/%.c=$(BUILD)/fuzz/%)
npm_lock     := $(wildcard tests/e2e/package-lock.json)
npm_tree     := $(npm_lock:%/package-lock.json=%/node_modules/.package-lock.json)
browser_tree   := tests/browser/node_modules/.package-lock.json
framework_tree := tests/framework/node_modules/.package-lock.json
bench_tree     := tests/bench/node_modules/.package-lock.json

programs := $(BUILD)/bootstrap $(BUILD)/moonwire

# What others get: the programs without what is for debuggers, and what describes them.
shipped := $(addprefix $(BUILD)/ship/,bootstrap moonwire libwslay.so.1 NOTICES-bootstrap NOTICES-moonwire \
  moonwire.1 completion.bash completion.zsh sbom.cdx.json)
layer   := dist/moonwire-layer-$(ARCH).zip
tarball := dist/moonwire-$(VERSION)-linux-$(ARCH).tar.gz

valgrind := valgrind --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite

# Runs while we build, whatever machine that is for.
luajit := build/deps/bin/luajit

Q   := $(if $(V),,@)
say = @printf '%-7s %s\n' $(1) $(2)

# ---- Commands ---------------------------------------------------------------------------------------------------------

.PHONY: help deps build run test test-browser test-framework test-package test-arm64 check docs asan valgrind fuzz bench counts soak \
  package install uninstall clean distclean tests fuzzers programs native layer tarball lists FORCE packages-build packages-test \
  packages-bench packages-browser packages-check packages-valgrind packages-fuzz packages-package packages-arm64 \
  packages-emulate
.DELETE_ON_ERROR:
.SECONDARY:

##@ Every day

help: ## Show this list
	@awk -F':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z_.-]+:.*## /{printf "  make %-22s %s\n", $$1, $$2}' Makefile
	@printf '\n%s\n' 'ONLY=name limits test, asan, valgrind and fuzz to files of that name. V=1 shows the commands.'

build: $(programs) compile_commands.json ## Build bootstrap and moonwire; installs what is missing first

run: $(programs) ## Build, then serve the example service: ws://127.0.0.1:3001/dev
	@$(BUILD)/moonwire dev

test: $(programs) tests packages-test $(npm_tree) ## Build, then run unit tests, Lua specs and end-to-end tests
	@tools/run-tests $(BUILD) $(ONLY)

test-browser: $(programs) packages-browser $(npm_tree) $(browser_tree) ## Build, then run the tests in Chromium; installs it first
	@tools/run-tests --browser $(BUILD) $(ONLY)

test-framework: $(programs) packages-test $(framework_tree) ## Build, then package the example and new services with the Serverless Framework
	@tools/run-tests --framework $(BUILD) $(ONLY)

check: $(programs) packages-check $(BUILD)/check-proved ## Check layers, banned functions, sizes, format; symbols and hardening of the programs
	@tools/check $(BUILD)

docs: $(DEPS)/ready ## Write the types of the library's functions into the pages of docs/lua
	@$(DEPS)/bin/luajit tools/docs.lua $(library:%=lua/moonwire/%.lua) docs/lua/*.md

clean: ## Remove what was built, except the libraries in build/deps
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name 'deps*' -exec rm -rf {} + 2>/dev/null || true
	$(Q)rm -f compile_commands.json

##@ Deeper tests

asan: ## The tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory test BUILD=build/asan SANITIZE=address,undefined CFLAGS='-O1 -g'

test-arm64: ## The tests of the programs for arm64, emulated (tests/arm64/run)
	@$(MAKE) --no-print-directory ARCH=arm64 programs tests packages-test packages-emulate $(npm_tree)
	@tests/arm64/run build/arm64 $(ONLY)

valgrind: $(programs) tests packages-test packages-valgrind $(npm_tree) ## The tests under valgrind
	@TEST_LIMIT=$${TEST_LIMIT:-7200} MOONWIRE_WRAP='$(valgrind)' tools/run-tests $(BUILD) $(ONLY)

fuzz: packages-fuzz ## Run every fuzzer for FUZZ_SECONDS (60) seconds
	@$(MAKE) --no-print-directory fuzzers BUILD=build/fuzz CC=clang WERROR= CFLAGS='-O1 -g' \
	  SANITIZE=fuzzer-no-link,address,undefined
	@tools/run-fuzzers build/fuzz $(FUZZ_SECONDS) $(ONLY)

bench: $(programs) packages-bench $(bench_tree) ## Measure start, speed, memory and cost next to Node.js, serverless-offline, lua-cjson and the limits; 15 minutes
	@MOONWIRE_BUILD=$(BUILD) tests/bench/run

counts: $(programs) packages-test packages-valgrind ## Count instructions and system calls, compare with tests/counts/counts.txt; WRITE=1 takes them into it
	@MOONWIRE_BUILD=$(BUILD) tests/counts/run $(if $(WRITE),--write) $(ONLY)

soak: $(programs) packages-test ## Serve INVOCATIONS (1,000,000) in each mode; resident memory has to stay flat
	@MOONWIRE_BUILD=$(BUILD) tests/soak/run --invocations $(INVOCATIONS)

##@ For others

package: ## dist/: the Lambda layers, and the tool for other machines (ARCHS="x86_64 arm64")
	@for arch in $(ARCHS); do $(MAKE) --no-print-directory ARCH=$$arch layer || exit; done
	@for arch in $(ARCHS); do $(MAKE) --no-print-directory ARCH=$$arch tarball || exit; done

test-package: package packages-test $(npm_tree) ## The tests of what `make package` writes
	@node --test tests/package

install: $(shipped) ## Install the tool below PREFIX (/usr/local) in DESTDIR
	@tools/install-tree $(BUILD)/ship $(DESTDIR)$(PREFIX)

uninstall: ## Remove what `make install` installed
	@tools/install-tree --remove $(DESTDIR)$(PREFIX)

##@ Now and then

deps: packages-build ## Fetch the newest sources of LuaJIT, libcurl and cJSON; build those that changed
	@tools/fetch-sources build/deps-src $(source_packages)
	@tools/build-libraries build/deps-src $(DEPS) $(HOST)
	@touch $(DEPS)/ready

distclean: ## Remove everything that was built or fetched
	$(Q)rm -rf build compile_commands.json tests/e2e/node_modules tests/browser/node_modules tests/framework/node_modules tests/bench/node_modules

# ---- Dependencies -----------------------------------------------------------------------------------------------------

source_packages := luajit curl cjson libmicrohttpd

# Asks dpkg, and calls apt only for what is missing. One after the other: apt holds a lock.
packages-build:
	@tools/install-packages build
packages-test: packages-build
	@tools/install-packages test node $(if $(npm_lock),npm)
packages-check packages-valgrind packages-fuzz packages-package packages-arm64 packages-emulate: packages-%: packages-build
	@tools/install-packages $*
packages-bench: packages-test
	@tools/install-packages bench headers
packages-browser: packages-test
	@tools/install-packages browser

# Fetches only what is not there: the network is for `make deps`.
$(DEPS)/ready: tools/build-libraries | packages-build $(if $(HOST),$(DEPS)/fetched native)
	@ls $(source_packages:%=build/deps-src/%.version) >/dev/null 2>&1 || \
	  tools/fetch-sources build/deps-src $(source_packages)
	@tools/build-libraries build/deps-src $(DEPS) $(HOST)
	@touch $@

# For another machine: its libraries, and what runs on ours while we build.
native:
	@$(MAKE) --no-print-directory ARCH=$(MACHINE) build/deps/ready build/moonwire
$(DEPS)/fetched: tools/packages.txt tools/fetch-foreign | packages-arm64
	@tools/fetch-foreign $(ARCH) $(DEPS) $$(awk '$$1 == "foreign" { print $$2 }' tools/packages.txt)
	@touch $@

$(npm_tree) $(browser_tree) $(framework_tree): %/node_modules/.package-lock.json: %/package-lock.json | packages-test
	$(call say,NPM,$*)
	$(Q)cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(bench_tree): tests/bench/package-lock.json tests/bench/install | packages-bench
	$(call say,NPM,tests/bench)
	$(Q)tests/bench/install
	@touch $@

# ---- Programs ---------------------------------------------------------------------------------------------------------

$(BUILD)/bootstrap: $(call objects,runtime/bootstrap.c) $(runtime) $(BUILD)/components
$(BUILD)/moonwire: $(call objects,$(CLI:%=runtime/cli/%.c) $(BUILD)/gen/library_dev.c $(BUILD)/gen/components.c) $(gateway) $(runtime)
$(BUILD)/bootstrap $(BUILD)/moonwire:
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(filter $(gateway),$^) $(runtime) $(lua_api) \
	  $(if $(filter $(gateway),$^),$(gateway_libraries) $(run_path)) $(libraries)

$(runtime): $(call objects,$(sources) $(BUILD)/gen/library.c $(BUILD)/gen/amazon_roots.c) $(BUILD)/lists
$(gateway): $(call objects,$(gateway_sources) $(BUILD)/gen/console_page.c) $(BUILD)/lists
$(runtime) $(gateway):
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(CROSS)ar rcsD $@ $(filter %.o,$^)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags $(DEPS)/ready
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(if $(filter runtime/script/% runtime/cli/%,$<),$(left_by_errors)) -MMD -MP -c -o $@ $<

# The Lua library as bytecode: tables of struct vm_module (runtime/script/vm.h).
$(BUILD)/gen/library.c: $(LUA:%=lua/moonwire/%.lua)
$(BUILD)/gen/library_dev.c: $(LUA_DEV:%=lua/moonwire/%.lua) $(BUILD)/gen/lua/moonwire/cli/library.lua \
  $(BUILD)/gen/lua/moonwire/cli/templates.lua $(BUILD)/gen/lua/moonwire/cli/web_client.lua
$(BUILD)/gen/library.c $(BUILD)/gen/library_dev.c: tools/embed.lua tools/stable-dump.lua $(BUILD)/lists $(DEPS)/ready
	$(call say,EMBED,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/embed.lua $(basename $(@F))_modules $(filter %.lua,$(filter-out tools/%,$^)) >$@

# The library as text, for editors: `moonwire types` writes it into a service.
$(BUILD)/gen/lua/moonwire/cli/library.lua: $(library:%=lua/moonwire/%.lua) tools/texts.lua $(BUILD)/lists $(DEPS)/ready
	$(call say,TEXTS,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/texts.lua lua $(filter lua/%,$^) >$@

# The templates of `moonwire new`, as text.
$(BUILD)/gen/lua/moonwire/cli/templates.lua: $(templates) tools/texts.lua $(BUILD)/lists $(DEPS)/ready
	$(call say,TEXTS,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/texts.lua templates $(filter templates/%,$^) >$@

# The client for pages, which `moonwire new` puts beside them.
$(BUILD)/gen/lua/moonwire/cli/web_client.lua: $(web_client) tools/texts.lua $(BUILD)/lists $(DEPS)/ready
	$(call say,TEXTS,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/texts.lua client $(filter client/%,$^) >$@

# What `moonwire --version` says, of the list that notices and SBOM are made of.
$(BUILD)/gen/components.c: $(BUILD)/components
	$(call say,EMBED,$@)
	@mkdir -p $(@D)
	$(Q)awk -F'\t' 'BEGIN { print "#include \"components.h\"\n\nconst struct component components[] = {" } \
	  { printf "  { \"%s\", \"%s\" },\n", $$2, $$6 } END { print "  { NULL, NULL },\n};" }' $< >$@

# The roots of Amazon Trust Services, from the distribution's package of certificates.
$(BUILD)/gen/amazon_roots.c: tools/embed-roots.lua $(DEPS)/ready
	$(call say,EMBED,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/embed-roots.lua /usr/share/ca-certificates/mozilla >$@

# The page of the console: a table of its files (runtime/gateway/console/console_file.h).
$(BUILD)/gen/console_page.c: tools/embed-files.lua $(page) $(BUILD)/lists $(DEPS)/ready
	$(call say,EMBED,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/embed-files.lua $(page) >$@

# ---- For others --------------------------------------------------------------------------------------------------------

layer: $(layer)
tarball: $(tarball)

# Left alone when only what is for debuggers has changed: compressing takes a while.
$(BUILD)/ship/bootstrap $(BUILD)/ship/moonwire: $(BUILD)/ship/%: $(BUILD)/%
	$(call say,STRIP,$@)
	@mkdir -p $(@D)
	$(Q)$(CROSS)strip -o $@.new $< && { cmp -s $@.new $@ || cp $@.new $@; } && rm $@.new && touch $@

$(BUILD)/ship/libwslay.so.1: $(DEPS)/ready
	@mkdir -p $(@D)
	$(Q)cp -L $(wslay) $@

$(BUILD)/ship/NOTICES-%: $(BUILD)/components tools/write-notices
	$(call say,NOTICES,$@)
	@mkdir -p $(@D)
	$(Q)tools/write-notices $* $< >$@

# The native tool tells about itself and writes for all.
$(BUILD)/ship/moonwire.1: kind := man
$(BUILD)/ship/completion.bash: kind := bash
$(BUILD)/ship/completion.zsh: kind := zsh
$(BUILD)/ship/moonwire.1 $(BUILD)/ship/completion.bash $(BUILD)/ship/completion.zsh: tools/describe.lua build/moonwire
	$(call say,WRITE,$@)
	@mkdir -p $(@D)
	$(Q)$(luajit) tools/describe.lua $(kind) build/moonwire $(VERSION) >$@

$(BUILD)/ship/sbom.cdx.json: $(BUILD)/components tools/sbom.lua build/moonwire
	$(call say,WRITE,$@)
	@mkdir -p $(@D)
	$(Q)build/moonwire lua tools/sbom.lua $(VERSION) $(ARCH) <$< >$@

$(layer): $(BUILD)/ship/bootstrap $(BUILD)/ship/NOTICES-bootstrap tools/make-layer | packages-package
	$(call say,ZIP,$@)
	@mkdir -p $(@D)
	$(Q)tools/make-layer $(BUILD)/ship/bootstrap $(BUILD)/ship/NOTICES-bootstrap $@

$(tarball): $(shipped) $(layer) layer/serverless.yml $(wildcard client/*) $(pages) tools/install-tree tools/make-tarball | packages-package
	$(call say,TAR,$@)
	$(Q)tools/make-tarball $(BUILD)/ship $@

# ---- Tests ------------------------------------------------------------------------------------------------------------

tests: $(unit_built)
$(unit_built): $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(call objects,$(unit_helpers)) $(gateway) $(runtime)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(gateway) $(runtime) $(DEPS)/lib/libluajit.a $(gateway_libraries) $(libraries) -lcmocka
$(call objects,$(unit_tests) $(unit_helpers)): | packages-test

# The checks are shown to find what they look for, once for each version of them.
$(BUILD)/check-proved: tests/check/run tools/check $(wildcard tools/check*.lua) tools/docs.lua tools/library.lua tools/luacats.lua .clang-format $(DEPS)/ready | packages-check
	@tests/check/run
	@touch $@

fuzzers: $(fuzz_built)
$(fuzz_built): $(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(gateway) $(runtime)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(gateway) $(runtime) $(DEPS)/lib/libluajit.a $(gateway_libraries) $(libraries)

# ---- Bookkeeping ------------------------------------------------------------------------------------------------------

# Every source that goes into a program, for tools/check.
programs: $(programs)

lists:
	@printf '%s\n' $(sources) $(gateway_sources) $(mains) $(LUA:%=lua/moonwire/%.lua) $(LUA_DEV:%=lua/moonwire/%.lua) $(META:%=lua/moonwire/%.lua)

# Files that change when the commands or the lists above do, and with them whatever was made by these.
$(BUILD)/flags: text = $(compile) $(left_by_errors) $(link)
$(BUILD)/lists: text = $(sources) $(gateway_sources) $(page) $(LUA) / $(LUA_DEV) / $(META) / $(templates)
$(BUILD)/flags $(BUILD)/lists: FORCE
	@mkdir -p $(@D)
	@echo '$(text)' | cmp -s - $@ || echo '$(text)' >$@

# The versions of what is linked in: a security fix that apt has installed changes it, and the programs are linked again.
$(BUILD)/components: FORCE | $(DEPS)/ready
	@mkdir -p $(@D)
	@tools/components build/deps-src $(DEPS) >$@.new && { cmp -s $@.new $@ || cp $@.new $@; } && rm $@.new

# How each file is compiled, for editors and for tools made on clang.
compile_commands.json: Makefile
	@for file in $(sources) $(gateway_sources) $(mains) $(unit_tests) $(unit_helpers); do \
	  echo "$${comma-[}"'{ "directory": "$(CURDIR)", "file": "'$$file'", "command": "$(compile) -c '$$file'" }'; comma=,; \
	done >$@ && echo ']' >>$@

-include $(patsubst %.o,%.d,$(call objects,$(sources) $(gateway_sources) $(mains) $(unit_tests) $(unit_helpers) $(fuzz_targets)))
