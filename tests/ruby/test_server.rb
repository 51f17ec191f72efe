# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'server_process'

# The server with the real plugin, tested over HTTP.
class TestServer < Minitest::Test
  CREATE = 'mutation($i: IntegrationCreateInput!) { integrationCreate(input: $i) { integration { id version title } } }'
  UPDATE = 'mutation($i: IntegrationUpdateInput!) { integrationUpdate(input: $i) { integration { id version title } } }'
  DELETE = 'mutation($i: IntegrationDeleteInput!) { integrationDelete(input: $i) { deletedId } }'
  GRAPHQL = 'application/graphql-response+json'

  def self.server
    @server ||= begin
      sandbox = Sandbox.new(PLUGIN)
      server = sandbox.start
      Minitest.after_run do
        server.stop
        sandbox.remove
      end
      [sandbox, server]
    end
  end

  def setup
    @sandbox, @server = self.class.server
    assert @server.uri, @server.log
  end

  def create(organization, title)
    @server.data(CREATE, { 'i' => { 'organizationId' => organization, 'title' => title } })['integrationCreate']['integration']
  end

  def test_the_five_operations
    made = create('five', '  Ürün 漢  ')
    assert_equal [1, 'Ürün 漢'], made.values_at('version', 'title')
    one = @server.data('query($id: ID!) { integration(id: $id) { title isActive organization { id title country } } }', 'id' => made['id'])
    assert_equal({ 'title' => 'Ürün 漢', 'isActive' => true, 'organization' => { 'id' => 'five', 'title' => 'five', 'country' => nil } },
                 one['integration'])
    changed = @server.data(UPDATE, { 'i' => { 'id' => made['id'], 'version' => 1, 'title' => 'b' } })
    assert_equal({ 'id' => made['id'], 'version' => 2, 'title' => 'b' }, changed['integrationUpdate']['integration'])
    list = @server.data('{ integrations(organizationId: "five") { nodes { title } total { count precision } } }')
    assert_equal({ 'nodes' => [{ 'title' => 'b' }], 'total' => { 'count' => 1, 'precision' => 'EXACT' } }, list['integrations'])
    gone = @server.data(DELETE, { 'i' => { 'id' => made['id'], 'version' => 2 } })
    assert_equal made['id'], gone['integrationDelete']['deletedId']
  end

  def test_errors_arrive_unchanged
    trace = '0af7651916cd43dd8448eb211c80319c'
    error = @server.query('{ integration(id: "x") { id } }', {}, 'traceparent' => "00-#{trace}-b7ad6b7169203331-01")['errors'].first
    assert_equal ['NOT_FOUND', 404, trace, 'Integration', 'x'],
                 error['extensions'].values_at('code', 'status', 'traceId', 'entityType', 'entityId')
    assert_equal error['message'], error['extensions']['detail']
    assert_match(/\Aurn:uuid:/, error['extensions']['instance'])
    assert_equal ['integration'], error['path']
  end

  def test_one_of_fifty_concurrent_updates_of_one_version_succeeds
    made = create('contended', 'x')
    results = Array.new(50) do |i|
      Thread.new { @server.query(UPDATE, { 'i' => { 'id' => made['id'], 'version' => 1, 'title' => "t#{i}" } }) }
    end.map(&:value)
    won, lost = results.partition { |result| result['errors'].nil? }
    assert_equal 1, won.size
    assert_equal ['CONFLICT'] * 49, lost.map { |result| result['errors'].first['extensions']['code'] }
    assert_equal 2, @server.data('query($id: ID!) { integration(id: $id) { version } }', 'id' => made['id'])['integration']['version']
  end

  def test_the_code_of_a_document_that_is_not_executed_is_that_of_the_page_of_errors
    documents = JSON.parse(File.read(File.join(ROOT, 'tests/support-js/faulty-documents.json')))
    codes = documents.transform_values { |body| JSON.parse(@server.post(body).body)['errors'].first.dig('extensions', 'code') }
    page = File.readlines(File.join(ROOT, 'examples/clients/errors.md')).map { |line| line.split('|').map(&:strip) }
    column = page.find { |cells| cells[1] == 'cause' && cells.include?('graphql-ruby') }.index('graphql-ruby')
    listed = page.select { |cells| documents.key?(cells[1]) }.to_h { |cells| [cells[1], cells[column][/\A`(\w+)`\z/, 1]] }
    assert_equal codes, listed
  end

  def test_media_types_and_statuses
    answer = @server.post({ query: '{ nope }' }, 'accept' => GRAPHQL)
    assert_equal ['400', "#{GRAPHQL}; charset=utf-8"], [answer.code, answer['content-type']]
    assert_equal '200', @server.post({ query: '{ nope }' }, 'accept' => 'application/json').code
    assert_equal '200', @server.post({ query: '{ integration(id: "x") { id } }' }, 'accept' => GRAPHQL).code
    assert_equal '406', @server.post({ query: '{ me { id } }' }, 'accept' => 'text/html').code
    { '[]' => '400', '{' => '400', '' => '400', '{"query":1}' => '400', '{"query":"{me{id}}","variables":[]}' => '400',
      '{"query":"{me{id}}","operationName":1}' => '400', '{"query":"{me{id}}","extensions":1}' => '400',
      "{\"query\":\"\xff\"}" => '400', '{"query":"{me{id}}#\udc00"}' => '400',
      '{"query":"{me{id}}","variables":{"a":"\udc00"}}' => '200' }.each do |body, status|
      assert_equal status, @server.post(body).code, body
    end
    ['text/plain', 'application/json-patch+json', 'application/json; charset=latin1', 'application/jsonx'].each do |type|
      assert_equal '415', @server.post({ query: '{ me { id } }' }, 'content-type' => type).code, type
    end
    assert_equal '415', @server.post({ query: '{ me { id } }' }, 'content-encoding' => 'gzip').code
    assert_equal '406', @server.post({ query: '{ me { id } }' }, 'accept' => 'application/json;q=0.5x').code
    assert_equal '400', @server.post("{\"query\":\"{me{id}}\",\"variables\":{\"a\":#{'[' * 200}#{']' * 200}}}").code
    assert_equal '413', @server.post({ query: '{ me { id } }', pad: 'x' * (1 << 20) }).code
  end

  def test_variables_have_a_limited_number_of_values
    members = ->(count) { Array.new(count) { |i| ["m#{i}", 1] }.to_h }
    [{ 'i' => members[2000] }, { 'i' => Array.new(2000, 1) }, { 'i' => Array.new(50) { members[40] } }, members[2001]].each do |variables|
      answer = @server.post({ query: CREATE, variables: variables })
      assert_equal '400', answer.code
      assert_match(/not have more than 2000 members/, answer.body)
    end
    answer = @server.post({ query: CREATE, variables: { 'i' => members[1999] } })
    assert_match(/is not defined on|isn't defined/i, answer.body)
    assert_operator answer.body.size, :<, 10_000
  end

  # Sends the headers of a POST, and returns what comes until the connection closes.
  def raw(headers)
    socket = TCPSocket.new(@server.uri.host, @server.uri.port)
    socket.write("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n#{headers}\r\n")
    socket.read
  ensure
    socket&.close
  end

  def test_a_body_without_end_is_cut_off
    socket = TCPSocket.new(@server.uri.host, @server.uri.port)
    socket.write("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    chunk = "10000\r\n#{'x' * 0x10000}\r\n"
    assert_raises(Errno::EPIPE, Errno::ECONNRESET) { 2000.times { socket.write(chunk) } }
  end

  def test_a_body_that_is_announced_as_too_large_is_answered_at_once
    ['', "expect: 100-continue\r\n"].product([17 << 20, 40_000_000, 10**30]) do |expectation, size|
      answer = raw("content-length: #{size}\r\n#{expectation}")
      assert_match(%r{\AHTTP/1.1 413 .*connection: close\r\n.*"code":"BAD_REQUEST","status":413}mi, answer)
    end
    assert_match(%r{\AHTTP/1.1 400 }, raw("content-length: 40000000x\r\n"))
  end

  def test_rejections_have_codes
    codes = ->(answer) { JSON.parse(answer.body)['errors'].map { |error| error['extensions'].values_at('code', 'status') } }
    assert_equal [['BAD_REQUEST', 400]], codes.call(@server.post('{'))
    assert_equal [['BAD_REQUEST', 415]], codes.call(@server.post('{}', 'content-type' => 'text/plain'))
    assert_equal [['BAD_REQUEST', 404]], codes.call(Net::HTTP.get_response(@server.uri + '/nowhere'))
    assert_equal [['FORBIDDEN', 403]], codes.call(@server.post({ query: '{ me { id } }' }, 'host' => 'evil.example'))
    assert_equal [['UNAUTHENTICATED', 401]], codes.call(@server.post({ query: '{ me { id } }' }, 'authorization' => 'Bearer x'))
    assert_equal [['VALIDATION_ERROR', 400]], codes.call(@server.post({ query: '{ me { id } }', variables: { 'a' => Array.new(2000, 1) } }))
    assert_equal [['GRAPHQL_PARSE_FAILED', nil]], codes.call(@server.post({ query: '{' }))
    ['{ me { id } } ' * 2000, "{ #{'[' * 300}"].each { |query| assert_equal [['VALIDATION_ERROR', nil]], codes.call(@server.post({ query: query })) }
  end

  def test_a_malformed_traceparent_is_ignored
    id, parent = '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'
    taken = lambda do |header|
      @server.query('{ integration(id: "x") { id } }', {}, 'traceparent' => header)['errors'].first['extensions']['traceId'] == id
    end
    ["00-#{id}-#{parent}-01", "01-#{id}-#{parent}-01-more", "cc-#{id}-#{parent}-01"].each { |header| assert taken.call(header), header }
    ["ff-#{id}-#{parent}-01", "00-#{id}-#{'0' * 16}-01", "00-#{id}-#{parent}-01-extra", "00-#{id}-#{parent}-01x", "01-#{id}-#{parent}-01x",
     "00-#{id}-#{parent}-1", "00-#{id.upcase}-#{parent}-01", "0-#{id}-#{parent}-01"].each { |header| refute taken.call(header), header }
  end

  def test_health_is_503_and_only_the_log_has_the_reason_while_the_database_is_not_at_its_path
    health = -> { Net::HTTP.get_response(@server.uri + '/health').then { |answer| [answer.code, JSON.parse(answer.body)] } }
    database = @sandbox.path('integrations.db')
    File.rename(database, "#{database}.away")
    2.times { assert_equal ['503', { 'status' => 'failed' }], health.call }
    File.rename("#{database}.away", database)
    2.times { assert_equal ['200', { 'status' => 'ok' }], health.call }
    lines = -> { @server.log.lines.grep(/health of /) }
    500.times { lines.call.size < 2 && sleep(0.02) } # Another thread reads the log.
    assert_equal 2, lines.call.size, lines.call.join
    assert_match(/ error health of #{PLUGIN_ID}: failed: .*moved, removed or replaced/, lines.call[0])
    assert_match(/ info health of #{PLUGIN_ID}: ok$/, lines.call[1])
  end

  def test_routes
    assert_equal ['200', '{"status":"ok"}'], Net::HTTP.get_response(@server.uri + '/health').then { |answer| [answer.code, answer.body] }
    assert_equal '404', Net::HTTP.get_response(@server.uri + '/nowhere').code
    answer = Net::HTTP.get_response(@server.uri)
    assert_equal %w[405 POST], [answer.code, answer['allow']]
  end

  def test_the_demo_rejects_pages_of_other_sites
    assert_equal '403', @server.post({ query: '{ me { id } }' }, 'host' => 'evil.example').code
    assert_equal '403', @server.post({ query: '{ me { id } }' }, 'origin' => 'https://evil.example').code
    assert_equal '403', @server.post({ query: '{ me { id } }' }, 'origin' => "https://\xff.example".b).code
    assert_equal '200', @server.post({ query: '{ me { id } }' }, 'origin' => 'http://localhost:3000').code
    assert_equal '200', @server.post({ query: '{ me { id } }' }, 'host' => '127.0.0.2').code
  end

  def test_tokens_carry_the_actor_and_its_grants
    grants = [{ 'organizationId' => 'mine', 'actions' => %w[READ READ] }]
    bearer = { 'authorization' => "Bearer #{@sandbox.token({ 'sub' => 'user:ada', 'grants' => grants })}" }
    assert_equal({ '__typename' => 'User', 'id' => 'user:ada', 'title' => 'ada' }, @server.data('{ me { __typename id title } }', {}, bearer)['me'])
    assert_equal [], @server.data('{ integrations(organizationId: "mine") { nodes { id } } }', {}, bearer)['integrations']['nodes']
    error = @server.query(CREATE, { 'i' => { 'organizationId' => 'mine', 'title' => 'x' } }, bearer)['errors'].first
    assert_equal %w[PERMISSION_DENIED CREATE], error['extensions'].values_at('code', 'requiredAction')
  end

  def test_an_integration_can_be_the_actor
    made = create('acme', 'Robot')
    grants = [{ 'organizationId' => '*', 'actions' => ['READ'] }]
    bearer = { 'authorization' => "Bearer #{@sandbox.token({ 'sub' => made['id'], 'grants' => grants })}" }
    me = @server.data('{ me { __typename title ... on Integration { organization { country } } } }', {}, bearer)['me']
    assert_equal({ '__typename' => 'Integration', 'title' => 'Robot', 'organization' => { 'country' => 'AT' } }, me)
  end

  # Signs claims as they are, which the package jwt would not.
  def signed(claims)
    text = ['{"alg":"HS256"}', claims].map { |part| Base64.urlsafe_encode64(part, padding: false) }.join('.')
    "#{text}.#{Base64.urlsafe_encode64(OpenSSL::HMAC.digest('SHA256', Sandbox::SECRET, text), padding: false)}"
  end

  def test_bad_tokens_are_401
    none = "#{Base64.urlsafe_encode64('{"alg":"none"}', padding: false)}.#{Base64.urlsafe_encode64('{"sub":"u"}', padding: false)}.AA"
    odd = ['[1]', '5', '"x"', 'null'].map { |json| "Bearer #{Base64.urlsafe_encode64(json, padding: false)}.e30.AA" }
    [
      *odd, *['{}', '{"exp":"%d"}', '{"exp":"%dx"}', '{"exp":1e400}', '{"exp":%d,"nbf":"x"}', '{"exp":%d,"iat":"1"}'].map do |times|
        claims = format(times, Time.now.to_i + 99).sub('{', '{"sub":"u",').sub(',}', '}')
        "Bearer #{signed(claims)}"
      end, 'Bearer rubbish', 'Bearer a.b.c', 'Basic dTpw', "Bearer #{none}",
      *[[{ 'sub' => 'u' }, { secret: 'x' * 40 }], [{ 'sub' => 'u', 'exp' => Time.now.to_i - 60 }], [{ 'grants' => [] }], [{ 'sub' => '' }],
        [{ 'sub' => 1 }], [{ 'sub' => 'u', 'grants' => 'all' }], [{ 'sub' => 'u', 'grants' => [1] }],
        [{ 'sub' => 'u', 'grants' => [{ 'organizationId' => 'a', 'actions' => ['FLY'] }] }],
        [{ 'sub' => 'u', 'nbf' => Time.now.to_i + 60 }], [{ 'sub' => 'u' }, { header: { 'crit' => ['x'], 'x' => 1 } }],
        [{ 'sub' => 'u' }, { algorithm: 'HS512' }]].map { |claims, options| "Bearer #{@sandbox.token(claims, **options.to_h)}" }
    ].each do |header|
      answer = @server.post({ query: '{ me { id } }' }, 'authorization' => header)
      assert_equal ['401', 'Bearer error="invalid_token"'], [answer.code, answer['www-authenticate']], header
    end
  end

  def test_invalid_documents_have_no_data
    ['{', '{ nope }', 'query A { me { id } } query B { me { id } }', '{ me { ...F } }', 'subscription { x }'].each do |text|
      result = @server.query(text)
      refute result.key?('data'), text
      refute_empty result['errors'], text
      assert(result['errors'].none? { |error| error.key?('path') }, text)
    end
  end
end
