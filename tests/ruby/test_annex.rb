# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/app'

# Two plugins beside each other: IDs that two types claim, and fields on the host's type. See
# tests/node-host/plugins/annex.c.
class TestAnnex < Minitest::Test
  # A host with a type of its own, whose title has a resolver.
  class Host
    def fields
      load = ->(ids, arguments, context) { context[:executable].load(ids, arguments, context) }
      { 'Query' => { 'node' => ->(_, arguments, context) { load.call([arguments[:id]], arguments, context).first },
                     'nodes' => ->(_, arguments, context) { load.call(arguments[:ids], arguments, context) },
                     'organization' => ->(*) { { '__typename' => 'Organization', 'id' => 7, 'secret' => 'x' } } },
        'Organization' => { 'title' => ->(organization, *) { "title of #{organization['id']}" } } }
    end

    def references
      {}
    end
  end

  ANNEX = File.join(BUILD, 'tests/node-host/annex.so')
  SEVERAL = 'The ID may belong to `Left` of the plugin org.example.annex and to `Right` of the plugin org.example.annex'
  SDL = 'type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! organization: Organization! } type Mutation { nothing: Int } ' \
        'interface Node { id: ID! } type Organization implements Node { id: ID! title: String! secret: String! }'

  def setup
    @loaded = [Loaded.new(ANNEX), Loaded.new(UNRULY)]
    merge = Schema::Merge.new(SDL)
    @loaded.each { |each| merge.add(each.plugin, each.library.path) }
    failed = ->(error, context) { Gateway::App.failure(error, context, ->(*) {}) }
    @schema = Schema::Executable.new(merge.document, @loaded.map(&:instance), Host.new, failed)
  end

  def teardown
    @loaded.each(&:close)
  end

  def execute(text)
    exchange = Schema::Exchange.new(nil, Gql::Request.new(trace_id: 'c' * 32))
    @schema.execute(GraphQL.parse(text), exchange, variables: {}, operation_name: nil)
  end

  def test_an_id_that_two_types_claim_is_an_error_that_names_both_although_both_know_it
    result = execute('{ one: node(id: "1") { id } other: node(id: "right:1") { __typename id } }')
    assert_equal({ 'one' => nil, 'other' => { '__typename' => 'Right', 'id' => 'right:1' } }, result['data'])
    error, = result['errors']
    assert_equal [1, SEVERAL, ['one'], 'INTERNAL_ERROR'], [result['errors'].size, error['message'], error['path'], error['extensions']['code']]
  end

  def test_nodes_of_several_types_of_none_and_of_two
    result = execute('{ nodes(ids: ["left:1", "thing:2", "7", "nobody", "right:3", "7"]) { __typename id } }')
    assert_equal [{ '__typename' => 'Left', 'id' => 'left:1' }, { '__typename' => 'Thing', 'id' => 'thing:2' }, nil, nil,
                  { '__typename' => 'Right', 'id' => 'right:3' }, nil], result['data']['nodes']
    assert_equal [[SEVERAL, ['nodes', 2]], [SEVERAL, ['nodes', 5]]], result['errors'].map { |error| error.values_at('message', 'path') }
  end

  def test_an_id_that_no_type_claims_calls_no_plugin
    assert_equal({ 'node' => nil, 'loads' => 0 }, execute('{ node(id: "nobody") { id } loads }')['data'])
  end

  def test_a_resolver_on_a_type_of_the_host_gets_what_it_requires_and_not_the_record
    above = execute('{ organization { secret above } }')['data']['organization']['above']
    assert_equal({ '__typename' => 'Organization', 'id' => '7', 'title' => 'title of 7' }, JSON.parse(above))
  end

  def test_a_resolver_on_an_object_that_was_loaded
    above = execute('{ node(id: "left:1") { ... on Left { above } ... on Organization { secret } } }')['data']['node']['above']
    assert_equal({ '__typename' => 'Left', 'id' => 'left:1' }, JSON.parse(above))
  end

  def test_a_plugin_that_requires_what_is_not_there_is_refused
    { 'tests/node-host/annex_required.so' => /for `Organization\.above` requires `nonsense`, which the type does not have/,
      'tests/abi/faulty_112.so' => /for `Thing\.shout` requires `nothing`, which the type does not have/,
      'tests/abi/faulty_113.so' => /for `Thing\.shout` requires `sized`, which has arguments/ }.each do |path, said|
      loaded = Loaded.new(File.join(BUILD, path))
      assert_match said, assert_raises(Gql::Refused) { Schema::Merge.new(SDL).add(loaded.plugin, path) }.message
      loaded.close
    end
  end
end
