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
    assert_equal '415', @server.post('{}', 'content-type' => 'text/plain').code
    assert_equal '413', @server.post({ query: '{ me { id } }', pad: 'x' * (1 << 20) }).code
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

  def test_bad_tokens_are_401
    none = "#{Base64.urlsafe_encode64('{"alg":"none"}', padding: false)}.#{Base64.urlsafe_encode64('{"sub":"u"}', padding: false)}.AA"
    odd = ['[1]', '5', '"x"', 'null'].map { |json| "Bearer #{Base64.urlsafe_encode64(json, padding: false)}.e30.AA" }
    [
      *odd, 'Bearer rubbish', 'Bearer a.b.c', 'Basic dTpw', "Bearer #{none}",
      *[[{ 'sub' => 'u' }, { secret: 'x' * 40 }], [{ 'sub' => 'u', 'exp' => Time.now.to_i - 60 }], [{ 'grants' => [] }], [{ 'sub' => '' }],
        [{ 'sub' => 1 }], [{ 'sub' => 'u', 'grants' => 'all' }], [{ 'sub' => 'u', 'grants' => [1] }],
        [{ 'sub' => 'u', 'grants' => [{ 'organizationId' => 'a', 'actions' => ['FLY'] }] }],
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
