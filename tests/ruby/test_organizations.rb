# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'fileutils'
require 'gateway/app'
require 'gateway/demo_host'
require 'gateway/plugin_folder'
require 'schema/organizations'

# The host says which organizations exist, and has no object of one after a change.
class TestOrganizations < Minitest::Test
  CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }'
  ALL = 15

  # The demo's host with other references.
  class Host < Gateway::DemoHost
    attr_accessor :references
  end

  def setup
    @root = Dir.mktmpdir('gateway-ruby')
    @asked = []
    @lines = []
    @host = Host.new([])
    @host.references = { 'Organization' => ->(id) { { '__typename' => 'Organization', 'id' => id, 'title' => id } } }
    @loaded = nil
  end

  def teardown
    @instance&.close
    @library&.close
    FileUtils.remove_entry(@root)
  end

  # The block says whether an organization exists.
  def load(**options, &exists)
    log = ->(*line) { @lines << line if line.first == Gql::Abi::LOG_ERROR }
    @library = Gql::Library.new(Gql::Runtime.new(name: 'tests', version: '1.0.0', log: log), PLUGIN)
    @instance = @library.create({ database: { root: @root } })
    merge = Schema::Merge.new(File.read(Gateway::DemoHost::SCHEMA))
    merge.add(@library.plugin, PLUGIN)
    failed = ->(error, context) { Gateway::App.failure(error, context, log) }
    asking = lambda do |id, exchange|
      @asked << [id, exchange.actor.id]
      exists.call(id)
    end
    organizations = exists && Schema::Organizations.new(exists: asking, log: log, **options)
    @schema = Schema::Executable.new(merge.document, [@instance], @host, failed, organizations: organizations)
  end

  def ask(text, variables = {}, grants: { nil => ALL }, **request)
    actor = grants && Gql::Actor.new('user:test', grants.map { |id, actions| Gql::Grant.new(id, actions) })
    exchange = Schema::Exchange.new(actor, Gql::Request.new(actor: actor, trace_id: 'c' * 32, **request))
    @schema.execute(GraphQL.parse(text), exchange, variables: variables, operation_name: nil)
  end

  def codes(result)
    result['errors'].to_a.map { |error| error.dig('extensions', 'code') }
  end

  def files
    Dir.glob(File.join(@root, '**/*'))
  end

  def test_creating_in_an_organization_that_does_not_exist_is_not_found_and_makes_nothing
    load(type_base: 'https://errors.example.org/') { |id| id == 'acme' }
    result = ask(CREATE, { 'of' => 'ghost' }, occurrence: 'urn:x')
    error, = result['errors']
    assert_equal({ 'integrationCreate' => nil }, result['data'])
    assert_equal [['integrationCreate'], 'There is no such organization'], error.values_at('path', 'message')
    assert_match(/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/, error['extensions'].delete('timestamp'))
    assert_equal({ 'code' => 'NOT_FOUND', 'type' => 'https://errors.example.org/not-found', 'title' => 'Resource Not Found', 'status' => 404,
                   'detail' => 'There is no such organization', 'instance' => 'urn:x', 'traceId' => 'c' * 32, 'entityType' => 'Organization',
                   'entityId' => 'ghost', 'field' => 'input.organizationId' }, error['extensions'])
    long = ask(CREATE, { 'of' => 'é' * 33 })['errors'].first['extensions']
    assert_equal ['NOT_FOUND', false, false], [long['code'], long.key?('entityId'), long.key?('instance')]
    assert_equal [], files
    assert_equal [], codes(ask(CREATE, { 'of' => 'acme' }))
    assert(files.any? { |file| file.end_with?('acme/integrations.db') })
    assert_equal ['ghost', 'é' * 33, 'acme'], @asked.map(&:first)
  end

  def test_it_is_asked_once_for_each_organization_for_changes_only_and_only_about_actors_who_may_create_there
    load { true }
    ask('mutation { a: integrationCreate(input: { organizationId: "acme", title: "A" }) { integration { id } } ' \
        'b: integrationCreate(input: { organizationId: "globex", title: "B" }) { integration { id } } ' \
        'c: integrationCreate(input: { organizationId: "acme", title: "C" }) { integration { id } } ' \
        'integrationDelete(input: { id: "1", version: 1 }) { deletedId } }')
    ask('{ integrations(organizationId: "acme") { nodes { id } } }')
    assert_equal [%w[acme user:test], %w[globex user:test]], @asked
    @asked.clear
    grants = { 'acme' => ALL - Gql::Abi::ACTION_CREATE, 'globex' => ALL }
    assert_equal [['PERMISSION_DENIED']] * 2, %w[acme initech].map { |id| codes(ask(CREATE, { 'of' => id }, grants: grants)) }
    assert_equal [['VALIDATION_ERROR']] * 3, ['', "\xed\xa0\x80", 'x' * 256].map { |id| codes(ask(CREATE, { 'of' => id })) }
    assert_equal ['PERMISSION_DENIED'], codes(ask(CREATE, { 'of' => 'globex' }, grants: grants, organization_id: 'acme'))
    assert_equal ['UNAUTHORIZED'], codes(ask(CREATE, { 'of' => 'acme' }, grants: nil))
    assert_equal [], @asked
  end

  def test_where_the_host_can_not_say_the_change_is_unavailable_and_the_log_has_the_reason
    answers = { -> { raise 'the directory is down' } => /failed for acme: the directory is down\z/, -> {} => /it must return true or false\z/,
                -> { 'yes' } => /it must return true or false\z/, -> { sleep } => /no answer within 0\.02 s\z/ }
    two = CREATE.sub(/ \}\z/, ' again: integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }')
    load(timeout: 0.02) { @answer.call }
    answers.each do |answer, said|
      @answer = answer
      result = ask(two, { 'of' => 'acme' })
      assert_equal [{ 'integrationCreate' => nil, 'again' => nil }, ['SERVICE_UNAVAILABLE'] * 2], [result['data'], codes(result)]
      assert_equal [503, 'urn:gql-integrations:problem:service-unavailable'], result['errors'].first['extensions'].values_at('status', 'type')
      assert_equal [1, 1, []], [@asked.size, @lines.size, files]
      assert_match said, @lines.first[1]
      [@asked, @lines].each(&:clear)
    end
  end

  def test_it_has_until_the_deadline_of_the_request
    load { sleep }
    assert_equal ['SERVICE_UNAVAILABLE'], codes(ask(CREATE, { 'of' => 'acme' }, deadline: Gql::Request.now + 30_000_000))
    assert_match(/no answer within [\d.]+ s\z/, @lines.first[1])
  end

  def test_organizations_are_found_wherever_arguments_name_them_and_the_error_has_the_place
    actor = Gql::Actor.new('x', [Gql::Grant.new(nil, ALL)])
    exchange = Schema::Exchange.new(actor, Gql::Request.new(actor: actor))
    organizations = Schema::Organizations.new(exists: ->(id, _) { (@asked << id) && id != 'd' }, log: nil)
    organizations.check({ 'id' => 'x', 'input' => { 'organization' => 'a', 'organizationId' => nil, 'tags' => ['organizationId'] } }, exchange)
    arguments = { 'organizationId' => 'a', 'inputs' => [{ 'organizationId' => 'b' }, { 'deep' => { 'organizationId' => 'd' } }], 'last' => { 'organizationId' => 'e' } }
    error = assert_raises(GraphQL::ExecutionError) { organizations.check(arguments, exchange) }
    assert_equal ['inputs.1.deep.organizationId', 'd'], error.extensions.values_at('field', 'entityId')
    assert_match(/\A\h{32}\z/, error.extensions['traceId'])
    assert_equal %w[a b d], @asked
  end

  def test_a_mutation_whose_organization_has_no_object_is_answered_with_type_and_id
    load
    made = 'mutation { integrationCreate(input: { organizationId: "acme", title: "T" }) { integration { title version organization { __typename id country } } } }'
    refused = GraphQL::ExecutionError.new('not for you')
    { ->(_) {} => 'references gives nil', ->(_) { raise 'the directory is down' } => 'the directory is down',
      ->(_) { raise refused } => 'not for you', ->(_) { refused } => 'not for you' }.each do |organization, why|
      @host.references['Organization'] = organization
      result = ask(made)
      assert_equal [nil, { 'title' => 'T', 'version' => 1, 'organization' => { '__typename' => 'Organization', 'id' => 'acme', 'country' => nil } }],
                   [result['errors'], result.dig('data', 'integrationCreate', 'integration')]
      assert_match(/no object for the Organization acme after a mutation: #{why}/, @lines.pop[1])
      assert_equal [], @lines
    end
  end

  def test_a_field_that_must_not_be_null_nulls_the_mutation_with_a_path_that_says_it_is_not_the_mutation_that_failed
    @host.references['Organization'] = ->(_) {}
    load
    result = ask('mutation { a: integrationCreate(input: { organizationId: "acme", title: "A" }) { integration { organization { title } } } ' \
                 'b: integrationCreate(input: { organizationId: "acme", title: "B" }) { integration { title } } }')
    assert_equal({ 'a' => nil, 'b' => { 'integration' => { 'title' => 'B' } } }, result['data'])
    assert_equal [%w[a integration organization title]], result['errors'].map { |error| error['path'] }
    assert_equal 2, ask('{ integrations(organizationId: "acme") { total { count } } }').dig('data', 'integrations', 'total', 'count')
    query = ask('{ integrations(organizationId: "acme") { nodes { organization { id } } } }')
    assert_equal [nil, ['integrations', 'nodes', 0, 'organization']], [query['data'], query['errors'].first['path']]
  end
end
