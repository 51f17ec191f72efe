# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'openssl'
require 'socket'
require_relative 'server_process'
require 'gateway/server'

# Starting and stopping the server, and clients that disconnect.
class TestLifecycle < Minitest::Test
  def setup
    @sandbox = Sandbox.new(PLUGIN, UNRULY)
  end

  def teardown
    @server&.stop('KILL')
    @sandbox.remove
  end

  def start(&change)
    @server = @sandbox.start(&change)
    assert @server.uri, @server.log
    @server
  end

  def assert_clean_end
    assert_equal 0, @server.stop.exitstatus, @server.log
    assert_match(/ stopped\n\z/, @server.log)
  end

  # Returns the log of a server that must fail to start.
  def failure_of(&change)
    server = @sandbox.start(&change)
    assert_nil server.uri, "it serves: #{server.log}"
    assert_equal 1, server.status.exitstatus, server.log
    server.log
  end

  def test_a_port_in_use_is_reported_with_the_cure
    taken = TCPServer.new('127.0.0.1', 0)
    port = taken.local_address.ip_port
    assert_match(/gateway: Port #{port} of 127.0.0.1 is in use: .* set another port$/, failure_of { |config| config['port'] = port })
  ensure
    taken&.close
  end

  def test_mistakes_in_the_configuration_are_reported
    {
      /colour/ => ->(config) { config['colour'] = 'red' },
      /port: it must be of the type integer, not string/ => ->(config) { config['port'] = 'x' },
      /plugins\.settings\.a\.requird: there is no such setting/ =>
        ->(config) { config['plugins']['settings']['a'] = { 'requird' => true } },
      /authentication\.jwt: `audience` or `anyAudience` is required/ => ->(config) { config['authentication']['jwt'].delete('anyAudience') },
      /authentication\.jwt: `secretFile` or `jwksFile` is required/ => ->(config) { config['authentication']['jwt'] = {} },
      /webhooks: only the example gateways on Node use events: remove it here/ =>
        ->(config) { config['webhooks'] = { 'folder' => 'state', 'endpoints' => {} } },
      /auditEvents: only the example gateways on Node use events/ => ->(config) { config['auditEvents'] = true },
      /plugins\.trustedKeys: only the example gateways on Node check signatures/ => ->(config) { config['plugins']['trustedKeys'] = ['a.pub'] },
      /loopback address, not 0\.0\.0\.0/ => ->(config) { config['host'] = '0.0.0.0' },
      /The plugins folder \S*nowhere can't be read: No such file or directory$/ => ->(config) { config['plugins']['folder'] = 'nowhere' },
      /gateway: authentication\.jwt\.secretFile: \S*none can't be read: No such file or directory$/ => ->(config) { config['authentication']['jwt'] = { 'secretFile' => 'none', 'audience' => 'a' } },
      /graphiql\.queryFile: \$\{DATA\} is not replaced in this file/ => ->(config) { config['graphiql'] = { 'queryFile' => '${DATA}/q' } },
      %r{plugins\.folder: ~ is not replaced} => ->(config) { config['plugins']['folder'] = '~/plugins' },
      /instances\.plugins: no plugin has the ID or file name integration\.so\. Found: / =>
        ->(config) { config['plugins']['instances'] = { 'plugins' => ['integration.so'] } },
      /not a JWK Set/ => ->(config) { config['authentication']['jwt'] = { 'jwksFile' => 'gateway.json', 'audience' => 'a' } }
    }.each { |said, change| assert_match said, failure_of(&change) }
    File.write(@sandbox.path('jwt.secret'), 'short')
    assert_match(/a secret for HS256 must have at least 32 bytes/, failure_of)
  end

  def test_a_wrong_setting_of_the_plugin_is_reported
    log = failure_of do |config|
      config['plugins']['settings'][PLUGIN_ID] = { 'required' => true, 'config' => { 'databse' => {} } }
    end
    assert_match(/Required plugins are not loaded: #{PLUGIN_ID}/, log)
    assert_match(/databse: there is no such setting/, log)
    assert_equal 1, log.scan('there is no such setting').size, log
  end

  def test_every_path_in_the_configuration_is_relative_to_the_folder_of_the_file
    start do |config|
      config['plugins']['settings'][PLUGIN_ID]['config'] = { 'database' => { 'path' => 'own.db' } }
    end
    assert_path_exists @sandbox.path('own.db')
    assert_clean_end
  end

  def test_a_server_to_which_nobody_can_authenticate_says_so
    start { |config| config['authentication'] = {} }
    assert_match(/warning authentication: neither jwt nor demo is set/, @server.log)
    assert_clean_end
  end

  def test_a_configuration_is_checked_against_the_schema_that_the_plugin_publishes
    log = failure_of do |config|
      wrong = { 'database' => { 'path' => '', 'fileMode' => '0644', 'readers' => 65 }, 'identifiers' => { 'shard' => 1 } }
      config['plugins']['settings'][PLUGIN_ID] = { 'required' => true, 'config' => wrong }
    end
    ['database.path: it is shorter than 1 characters', 'database.fileMode: it must be one of 0600, 0640, 0660', 'database.readers: it is more than 64',
     'identifiers.shard: This setting was removed'].each { |said| assert_includes log, said }
  end

  def test_settings_for_one_plugin_twice_and_a_folder_without_plugins_are_reported
    twice = failure_of { |config| config['plugins']['settings']['integrations.so'] = {} }
    assert_match(/plugins\.settings: #{PLUGIN_ID} and integrations\.so are of the same plugin/, twice)
    Dir.mkdir(@sandbox.path('none'))
    none = failure_of do |config|
      config['plugins']['folder'] = 'none'
      config['plugins']['settings'][PLUGIN_ID]['required'] = true
    end
    assert_match(%r{Required plugins are not loaded: #{PLUGIN_ID}\. The plugins folder \S*/none holds no \*\.so}, none)
  end

  def test_files_that_are_not_plugins_are_reported_and_the_server_starts
    File.write(@sandbox.path('plugins/text.so'), "no library\n")
    FileUtils.cp(UNRULY, @sandbox.path('plugins/zz-twice.so'))
    File.binwrite(@sandbox.path('plugins/zz-other.so'), File.binread(UNRULY).gsub('org.example.unruly', 'org.example.unrulz'))
    start { |config| config['plugins']['settings']['org.example.non'] = {} }
    assert_match(/text\.so: not an ELF file/, @server.log)
    assert_match(/zz-other\.so: .*`Query\.echo`.*`Mutation\.slow`.*`Thing`/, @server.log)
    assert_match(/zz-twice\.so: it has the ID org\.example\.unruly, as .*unruly\.so has/, @server.log)
    assert_match(/warning Settings without a plugin: org\.example\.non\. Found: .*org\.example\.unruly \(unruly\.so\), refused \(text\.so\)/, @server.log)
    assert_equal({ 'loads' => 0 }, @server.data('{ loads }'))
    assert_clean_end
  end

  def test_the_log_has_a_line_per_message_without_characters_that_are_not_seen
    unseen = "\0\t\r\e\x7f\u009b\u00ad\u061c\u180e\u200b\u200f\u2028\u202e\u2060\u2065\u2069\ufeff\ufff9\u{110bd}\u{e0041}\u{e0fff}"
    server = Gateway::Server.new('logLevel' => 'info')
    _, log = capture_io { ['1', "\xff", "\n#{Time.now.utc.iso8601} error forged"].each { |text| server.send(:log, 3, "é€😀#{unseen}#{text}".b) } }
    assert_equal 3, log.lines.size
    assert(log.lines.all? { |line| line.match?(/\A\S+Z info é€😀\\u0000.*\\u\{e0fff\}/) && (line.chomp.chars & unseen.chars).empty? }, log)
  end

  def test_the_command_line
    help = ServerProcess.new('--help')
    assert_equal [0, true], [help.status.exitstatus, help.log.start_with?('Usage: ruby server.rb --config FILE')]
    [[], ['--colour'], ['--config'], ['--config', 'a', 'b']].each do |arguments|
      wrong = ServerProcess.new(*arguments)
      assert_equal 2, wrong.status.exitstatus, arguments
      assert_includes wrong.log, 'Usage: ruby server.rb'
    end
    missing = ServerProcess.new('--config', '/nowhere/x.json')
    assert_equal 1, missing.status.exitstatus
    assert_match(%r{/nowhere/x\.json}, missing.log)
  end

  def test_requests_under_way_are_answered_before_the_server_stops
    start
    slow = Thread.new { @server.query('{ late(milliseconds: 700) }') }
    sleep 0.2
    assert_clean_end
    assert_equal({ 'data' => { 'late' => 700 } }, slow.value)
  end

  def test_stopping_under_load_loses_no_acknowledged_write
    start
    create = 'mutation($t: String!) { integrationCreate(input: {organizationId: "load", title: $t}) { integration { id } } }'
    made = Queue.new
    workers = Array.new(20) do |worker|
      Thread.new { (0..).each { |i| made << @server.data(create, 't' => "#{worker} #{i}")['integrationCreate']['integration']['id'] } rescue nil }
    end
    sleep 1
    assert_clean_end
    workers.each(&:join)
    ids = Array.new(made.size) { made.pop }
    refute_empty ids
    start
    ids.each_slice(100) do |some| # As many as a field takes.
      assert_equal some, @server.data('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', 'ids' => some)['nodes'].map { |node| node&.fetch('id') }
    end
  end

  def test_a_client_that_disconnects_cancels_its_request
    start
    body = JSON.generate(query: '{ cancelled(milliseconds: 20000) }')
    socket = TCPSocket.new(@server.uri.host, @server.uri.port)
    socket.write("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: #{body.bytesize}\r\n\r\n#{body}")
    sleep 0.3
    socket.close
    100.times { @server.log.include?('was cancelled') ? break : sleep(0.05) }
    assert_match(/warning was cancelled trace=\h{32}/, @server.log)
    assert_equal({ 'loads' => 0 }, @server.data('{ loads }'))
    assert_clean_end
  end

  def test_a_plugin_learns_who_asks_and_how
    start
    seen = ->(headers) { JSON.parse(@server.data('{ echo { text } }', {}, headers)['echo']['text']) }
    tool = seen.call('user-agent' => 'Tööl/1', 'idempotency-key' => '"a \\"b\\""', 'accept-language' => 'de-AT,en;q=0.5')
    assert_equal({ 'actorKind' => 1, 'sourceType' => 3, 'organizationId' => nil, 'clientAddress' => '127.0.0.1', 'userAgent' => 'Tööl/1',
                   'idempotencyKey' => 'a "b"' }, tool['origin'])
    assert_equal ['demo', 1, 'de-AT'], tool.values_at('actor', 'source', 'locale')
    assert_match(/\Aurn:uuid:/, tool['occurrence'])
    bearer = "Bearer #{@sandbox.token({ 'sub' => 'user:ada' })}"
    browser = seen.call('origin' => 'http://localhost', 'authorization' => bearer, 'idempotency-key' => 'bare', 'user-agent' => 'x' * 600)
    assert_equal [1, 1, 'bare', 'x' * 512], browser['origin'].values_at('actorKind', 'sourceType', 'idempotencyKey', 'userAgent')
    kinds = { { 'sub' => 'ann' } => [1, 3], { 'sub' => 'erp', 'client_id' => 'erp' } => [2, 5], { 'sub' => 'erp', 'azp' => 'erp' } => [2, 5],
              { 'sub' => 'integration:1', 'client_id' => 'erp' } => [2, 5], { 'sub' => 'system:cron', 'azp' => 'system:cron' } => [3, 3] }
    kinds.each do |claims, expected|
      origin = seen.call('authorization' => "Bearer #{@sandbox.token(claims)}")['origin']
      assert_equal expected, origin.values_at('actorKind', 'sourceType'), claims
    end
    assert_clean_end
  end

  def test_a_malformed_idempotency_key_is_rejected
    start
    ['', '""', '"open', 'a b', 'a,b', 'k' * 256, "\u00fc".b].each do |key|
      answer = @server.post({ query: '{ loads }' }, 'idempotency-key' => key)
      assert_equal '400', answer.code, key
      assert_match(/Idempotency-Key/, answer.body)
    end
    assert_equal '200', @server.post({ query: '{ loads }' }, 'idempotency-key' => 'k' * 255).code
    assert_clean_end
  end

  def test_the_server_survives_a_plugin_that_breaks_the_contract
    start
    fields = %w[twice never refuses wrongCode notPending overruns noJson noError unknownHandle twiceLate(milliseconds:5)]
    20.times { @server.query("{ #{fields.join(' ')} }") }
    assert_equal({ 'loads' => 0 }, @server.data('{ loads }'))
    assert_match(/a plugin broke the contract: stale-reply, 64 times so far/, @server.log)
    assert_clean_end
  end

  def test_without_demo_mode_a_request_without_a_token_is_unauthenticated
    start { |config| config['authentication']['demo'] = false }
    error = @server.query('{ integrations(organizationId: "acme") { nodes { id } } }')['errors'].first
    assert_equal ['UNAUTHORIZED', 401], error['extensions'].values_at('code', 'status')
    assert_nil @server.data('{ me { id } }')['me']
    assert_clean_end
  end

  def test_keys_of_a_jwk_set
    keys = { 'ec' => OpenSSL::PKey::EC.generate('prime256v1'), 'rsa' => OpenSSL::PKey::RSA.new(2048) }
    File.write(@sandbox.path('jwks.json'), JSON.generate(keys: keys.map { |kid, key| JWT::JWK.new(key, kid).export }))
    start { |config| config['authentication'] = { 'jwt' => { 'jwksFile' => 'jwks.json', 'issuer' => 'https://idp.example', 'audience' => 'api' } } }
    ask = lambda do |key, algorithm, kid, issuer = 'https://idp.example', audience = %w[api b]|
      token = @sandbox.token({ 'sub' => 'u', 'iss' => issuer, 'aud' => audience }.compact, secret: key, algorithm: algorithm, header: { kid: kid }.compact)
      @server.post({ query: '{ me { id } }' }, 'authorization' => "Bearer #{token}").code
    end
    assert_equal %w[200 200], [ask.call(keys['ec'], 'ES256', 'ec'), ask.call(keys['rsa'], 'PS256', 'rsa')]
    assert_equal '401', ask.call(keys['ec'], 'ES256', 'ec', 'https://evil.example')
    assert_equal %w[401 401], [nil, 'other'].map { |audience| ask.call(keys['ec'], 'ES256', 'ec', 'https://idp.example', audience) }
    assert_equal '401', ask.call(keys['ec'], 'ES256', nil), 'without a kid two keys could fit'
    assert_equal '401', ask.call(OpenSSL::PKey::EC.generate('prime256v1'), 'ES256', 'ec')
    assert_equal '401', ask.call(keys['rsa'].public_key.to_pem, 'HS256', 'rsa')
    assert_clean_end
  end
end
