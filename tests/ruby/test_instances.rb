# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'fileutils'
require 'gateway/app'
require 'gateway/demo_host'
require 'gateway/plugin_folder'
require 'gql/instances'
require_relative 'server_process'

# An instance for each key of the host: Gql::Instances.
class TestInstances < Minitest::Test
  PATIENCE = 20 # Seconds.
  COUNT = 'query($of: ID!) { integrations(organizationId: $of) { total { count } } }'
  CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }'
  ACTOR = Gql::Actor.new('user:test', [Gql::Grant.new(nil, 15)])

  def setup
    @folder = Dir.mktmpdir('gateway-ruby')
    FileUtils.mkdir(path('plugins'))
    FileUtils.ln_s(PLUGIN, path('plugins'))
    @lines = Queue.new
  end

  def teardown
    @plugins&.close
    FileUtils.remove_entry(@folder)
  end

  def path(name)
    File.join(@folder, name)
  end

  # `settings`: what all instances have in common. By default, each key has a database in a file of its own.
  def load(settings = {}, plugins: nil, **options)
    config = ->(tenant) { { database: { path: path("#{tenant}.db") } } }
    @instances = Gql::Instances.new(**{ key: :organization_id.to_proc, config: config, plugins: plugins }.merge(options))
    log = ->(level, message, *) { @lines << [level, message] }
    runtime = Gql::Runtime.new(name: 'tests', version: '1.0.0', log: log)
    merge = Schema::Merge.new(File.read(Gateway::DemoHost::SCHEMA))
    @plugins = Gateway::PluginFolder.new(runtime, { 'folder' => path('plugins'), 'settings' => { PLUGIN_ID => { 'config' => settings } } },
                                         merge, log, @instances)
    failed = ->(error, context) { Gateway::App.failure(error, context, log) }
    @schema = Schema::Executable.new(merge.document, @plugins.instances, Gateway::DemoHost.new([]), failed)
  end

  # The request is about `tenant`, and so may do nothing in another organization.
  def ask(tenant, text, variables = {})
    request = Gql::Request.new(actor: ACTOR, organization_id: tenant, trace_id: 'c' * 32)
    @schema.execute(GraphQL.parse(text), Schema::Exchange.new(ACTOR, request), variables: { 'of' => tenant }.merge(variables), operation_name: nil)
  end

  def create(tenant)
    result = ask(tenant, CREATE)
    assert_nil result['errors']
    result.dig('data', 'integrationCreate', 'integration', 'id')
  end

  def count(tenant)
    ask(tenant, COUNT).dig('data', 'integrations', 'total', 'count')
  end

  def code(result)
    result.dig('errors', 0, 'extensions', 'code')
  end

  def states
    @instances.list.to_h { |entry| entry.values_at(:key, :state) }
  end

  def await(expected)
    finish = Gql::Request.now + PATIENCE * 1_000_000_000
    sleep(0.005) until yield == expected || Gql::Request.now > finish
    assert yield == expected, "never #{expected.inspect}, but #{yield.inspect}"
  end

  def test_each_key_has_an_instance_of_its_own_which_its_first_call_creates
    load
    assert_equal [], @instances.list
    tenants = %w[red green blue] * 10
    ids = tenants.map { |tenant| Thread.new { create(tenant) } }.map(&:value)
    assert_equal 30, ids.uniq.size
    assert_equal [10, 10, 10, 0], %w[red green blue yellow].map { |tenant| count(tenant) }
    await({ 'blue' => 'open', 'green' => 'open', 'red' => 'open', 'yellow' => 'open' }) { states }
    await([{ plugin: PLUGIN_ID, key: 'blue', state: 'open', calls: 0, waiting: 0, failure: nil }]) { @instances.list.take(1) }
    assert_equal [{ id: PLUGIN_ID, status: 'ok', reason: '' }], @plugins.health
  end

  def test_objects_are_loaded_from_the_instance_of_the_key
    load
    id = create('red')
    node = 'query($id: ID!) { node(id: $id) { id } integration(id: $id) { id } }'
    assert_equal({ 'node' => { 'id' => id }, 'integration' => { 'id' => id } }, ask('red', node, 'id' => id)['data'])
    result = ask('green', node, 'id' => id)
    assert_equal [{ 'node' => nil, 'integration' => nil }, 'NOT_FOUND', 'Integration'],
                 [result['data'], code(result), result.dig('errors', 0, 'extensions', 'entityType')]
  end

  def test_instances_bound_to_one_organization_each_have_the_files_that_one_instance_has
    FileUtils.mkdir(path('tenants'))
    load({ 'organization' => 'nobody', 'database' => { 'root' => path('tenants') } }, config: ->(tenant) { { organization: tenant } })
    create('red')
    assert_equal [1, 0], [count('red'), count('green')]
    assert_equal 'PERMISSION_DENIED', code(ask('red', COUNT, 'of' => 'green'))
    assert_equal ['red'], Dir.glob(path('tenants/*/*/integrations.db')).map { |file| file.split('/')[-2] }
  end

  def test_a_key_is_suspended_resumed_and_closed
    load
    create('red')
    @instances.suspend('red')
    assert_equal 'SERVICE_UNAVAILABLE', code(ask('red', COUNT))
    assert_equal 0, count('green')
    await('suspended') { states['red'] }
    @instances.resume('red')
    assert_equal 1, count('red')
    @instances.close('red')
    await(nil) { states['red'] }
    assert_equal 1, count('red')
    ['', 7, nil, 'x' * 1025, "\xff", 'x'.b].each do |wrong|
      assert_match(/The key must be a text of 1 to 1024 bytes/, assert_raises(TypeError) { @instances.suspend(wrong) }.message)
    end
  end

  def test_idle_instances_beyond_the_limit_are_let_go
    load(max_idle: 2)
    6.times { |i| create("t#{i}") }
    await({ 't4' => 'open', 't5' => 'open' }) { states }
    assert_equal 1, count('t0')
  end

  def test_an_instance_that_can_not_be_created_is_reported_to_the_operator_and_not_tried_with_every_call
    asked = Queue.new
    config = lambda do |tenant|
      asked << tenant
      raise "there is no tenant #{tenant}\0" if tenant == 'nobody'

      tenant == 'wrong' ? { databse: {} } : [1]
    end
    load(config: config)
    %w[wrong nobody list].each do |tenant|
      3.times do
        result = ask(tenant, COUNT)
        assert_equal 'SERVICE_UNAVAILABLE', code(result)
        refute_match(/databse|nobody|config/, result['errors'].to_s)
      end
    end
    assert_equal %w[wrong nobody list], Array.new(asked.size) { asked.pop }
    assert_equal({ 'list' => 'failed', 'nobody' => 'failed', 'wrong' => 'failed' }, states)
    logged = Array.new(4) { @lines.pop.last } # The first says that the plugin is loaded.
    assert_match(/no instance for the key wrong: .*databse: there is no such setting/, logged[1])
    assert_match(/no instance for the key nobody: there is no tenant nobody\z/, logged[2])
    assert_match(/no instance for the key list: instances\.config must return a hash/, logged[3])
    assert_equal ['degraded', 'No instance for list: instances.config must return a hash, and 2 more'],
                 @plugins.health.first.values_at(:status, :reason)
  end

  def test_the_key_is_a_text_or_what_the_host_raises
    key = 'red'
    refuse = GraphQL::ExecutionError.new('Say who you are', extensions: { 'code' => 'UNAUTHENTICATED' })
    load(key: ->(_) { key || raise(refuse) })
    ['', 7, 'x' * 1025, "\xff"].each do |wrong|
      key = wrong
      assert_equal 'INTERNAL_ERROR', code(ask('red', COUNT))
      assert_match(/What instances\.key returns must be a text of 1 to 1024 bytes/, Array.new(@lines.size) { @lines.pop.last }.last)
    end
    key = nil
    assert_equal 'UNAUTHENTICATED', code(ask('red', COUNT))
  end

  def test_other_plugins_keep_one_instance_for_all
    FileUtils.ln_s(HELLO, path('plugins'))
    load(plugins: ['integrations.so'])
    assert_equal({ 'hello' => 'Hello, world!' }, ask('red', '{ hello }')['data'])
    create('red')
    assert_equal [[PLUGIN_ID, 'red']], @instances.list.map { |entry| entry.values_at(:plugin, :key) }
  end

  def test_close_completes_the_calls_under_way_and_rejects_later_ones
    load
    create('red')
    calls = Array.new(20) { |i| Thread.new { ask(i.even? ? 'red' : "cold#{i}", CREATE) } }
    @plugins.close
    codes = calls.map { |call| code(call.value) }
    assert_equal [], codes.uniq - [nil, 'SERVICE_UNAVAILABLE']
    assert_equal 'SERVICE_UNAVAILABLE', code(ask('red', COUNT))
    assert_equal [[], nil], [@instances.list, @instances.suspend('red')]
  end

  def test_an_answer_with_errors_inside_its_value_is_that_of_a_single_instance
    loaded = Loaded.new(UNRULY)
    pool = Gql::Pool.new(loaded.library, {}, key: ->(_) { 'any' }, config: ->(_) { {} }, max_idle: 1)
    resolver = loaded.plugin.resolvers.find { |each| each.field == 'partial' }
    answer = pool.start(resolver, Gql::Request.new, '{}').wait
    assert_equal [loaded.start('partial').wait, 4], [answer, answer.errors.size]
    assert_equal 0, pool.pending
  ensure
    pool&.close
    loaded.close
  end

  def test_a_host_library_that_is_missing_is_named_with_the_cure
    message = assert_raises(Gql::HostLibrary::Missing) { Gql::HostLibrary.new(path('none.so')) }.message
    assert_match(/none\.so.*ninja -C build abi\/host\/libgql_host\.so\.0\.1.*GQL_HOST_LIBRARY/, message)
  end
end

# The server with an instance for each organization.
class TestTenant < Minitest::Test
  LIST = TestInstances::COUNT
  CREATE = TestInstances::CREATE

  def setup
    @sandbox = Sandbox.new(PLUGIN)
    Dir.mkdir(@sandbox.path('tenants'))
    @server = @sandbox.start do |config|
      config['plugins']['instances'] = { 'maxIdle' => 2 }
      config['plugins']['settings'][PLUGIN_ID]['config']['database'] = { 'root' => @sandbox.path('tenants') }
    end
  end

  def teardown
    @server.stop
    @sandbox.remove
  end

  def in_organization(organization, more = {})
    { 'x-organization' => organization.bytes.map { |byte| format('%%%02X', byte) }.join }.merge(more)
  end

  def test_a_request_names_its_organization_and_gets_what_the_grants_allow_in_it
    wrong = ['', 'a b', 'acme, globex', 'Caf\xc3\xa9', '%', '%FF', '%00', '"acme"', 'x' * 129].map { |value| { 'x-organization' => value } }
    [{}, *wrong].each do |headers|
      response = @server.post({ query: '{ __typename }' }, headers)
      error = JSON.parse(response.body)['errors'].first
      assert_equal ['400', 'BAD_REQUEST'], [response.code, error.dig('extensions', 'code')], headers
      assert_match(headers.empty? ? /\AThe header X-Organization is missing\. Send / : /\AThe header X-Organization does not hold an ID .* Send /, error['message'])
    end

    organizations = ['acme', 'Acme', 'Café / ..%', 'é' * 64]
    count = ->(organization) { @server.data(LIST, { of: organization }, in_organization(organization)).dig('integrations', 'total', 'count') }
    assert_equal [0], organizations.map(&count).uniq
    assert_equal [], Dir.glob(@sandbox.path('tenants/**/*.db'))
    organizations.each { |organization| @server.data(CREATE, { of: organization }, in_organization(organization)) }
    assert_equal [1], organizations.map(&count).uniq

    token = { 'authorization' => "Bearer #{@sandbox.token({ 'sub' => 'user:eve', 'grants' => [{ organizationId: 'acme', actions: %w[READ CREATE] }] })}" }
    [%w[Acme Acme], %w[Acme acme], %w[acme Acme]].each do |header, organization|
      [LIST, CREATE].each do |query|
        result = @server.query(query, { of: organization }, in_organization(header, token))
        assert_equal 'PERMISSION_DENIED', result.dig('errors', 0, 'extensions', 'code'), [header, organization, query]
      end
    end
    assert_match(/each organization has an instance of its own, which requests name by the header X-Organization/, @server.log)
    assert_equal 0, @server.stop.exitstatus
  end
end
