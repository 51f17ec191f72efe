# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/app'

# Executes the merged schema with a plugin that echoes its arguments.
class TestExecution < Minitest::Test
  # A minimal host.
  class Host
    def fields
      { 'Query' => { 'nodes' => ->(_, arguments, context) { context[:executable].load(arguments[:ids], arguments, context) },
                     'broken' => ->(*) { raise 'the secret cause' },
                     'floats' => ->(*) { NUMBERS }, 'ints' => ->(*) { NUMBERS }, 'any' => ->(*) { NUMBERS },
                     'half' => ->(_, arguments, _) { arguments[:of] / 2 } } }
    end

    def references
      {}
    end
  end

  NUMBERS = [1, -2**31, 2**31, 10**308, 10**400, JSON.parse('1e400'), JSON.parse('-1e309')].freeze
  SDL = 'scalar Any type Query { floats: [Float] ints: [Int] any: [Any] half(of: Float): Float' \
        ' nodes(ids: [ID!]!): [Node]! broken: Int } type Mutation { nothing: Int } interface Node { id: ID! }'

  def setup
    @loaded = Loaded.new(UNRULY)
    @said = []
    log = ->(*line) { @said << line }
    merge = Schema::Merge.new(SDL)
    merge.add(@loaded.plugin, UNRULY)
    failed = ->(error, context) { Gateway::App.failure(error, context, log) }
    @schema = Schema::Executable.new(merge.document, [@loaded.instance], Host.new, failed)
  end

  def teardown
    @loaded.close
  end

  def execute(text, variables = {}, deadline: nil)
    exchange = Schema::Exchange.new(nil, Gql::Request.new(trace_id: 'c' * 32, deadline: deadline))
    @schema.execute(GraphQL.parse(text), exchange, variables: variables, operation_name: nil)
  end

  def data(*arguments)
    result = execute(*arguments)
    assert_nil result['errors']
    result['data']
  end

  # Returns what the plugin received for the field `echo`.
  def seen(text, variables = {})
    JSON.parse(data(text, variables).fetch('echo').fetch('text'))
  end

  def arguments(text, variables = {})
    JSON.parse(seen(text, variables)['arguments'])
  end

  # Section 3.5.1, 3.5.2; JSON has no infinity.
  def test_only_the_field_has_an_error_whose_number_is_too_large
    { 'floats' => [1.0, -2.0**31, 2.0**31, 1e308, nil, nil, nil], 'ints' => [1, -2**31, *[nil] * 5],
      'any' => [1, -2**31, 2**31, 10**308, 10**400, nil, nil] }.each do |field, expected|
      result = execute("{ #{field} __typename }")
      assert_equal({ field => expected, '__typename' => 'Query' }, result['data'])
      missing = expected.each_index.select { |i| expected[i].nil? }
      assert_equal missing.map { |i| [[field, i], 'INTERNAL_ERROR'] }, result['errors'].map { |error| [error['path'], error['extensions']['code']] }
      assert JSON.generate(result)
    end
    assert_match(/too large for the type Float/, @said.join)
  end

  def test_a_float_that_no_double_holds_is_refused
    assert_equal({ 'half' => 5e307 }, data('query($of: Float) { half(of: $of) }', 'of' => 10**308))
    ['1e400', "1#{'0' * 400}"].each do |number|
      [["{ half(of: #{number}) }", {}], ['query($of: Float) { half(of: $of) }', { 'of' => JSON.parse(number) }]].each do |arguments|
        result = execute(*arguments)
        refute result.key?('data'), result
        assert_match(/of/, result['errors'].first['message'])
      end
    end
  end

  def test_a_response_that_grows_beyond_the_limit_is_given_up
    source = "query($i: [ID!]!) { nodes(ids: $i) { #{Array.new(500) { |i| "a#{i}: id" }.join(' ')} } }"
    assert_given_up execute(source, { 'i' => ['thing:1'] * 401 })
  end

  def test_long_texts_count_as_several_fields
    source = ->(count) { "query($t: String) { echo(text: $t) { #{Array.new(count) { |i| "a#{i}: text" }.join(' ')} } }" }
    assert_equal 100, data(source.call(100), { 't' => 'x' * 100_000 })['echo'].size
    assert_given_up execute(source.call(150), { 't' => 'x' * 100_000 })
  end

  def assert_given_up(result)
    errors = result['errors'].map { |error| [error['message'][/.* 200000 fields/], error['extensions']['code']] }
    assert_equal [['A response must not have more than 200000 fields', 'VALIDATION_ERROR']], errors
    assert_nil result['data']
  end

  def test_fields_that_share_a_long_variable_are_passed_to_plugins_up_to_a_limit
    source = "query($t: String) { #{Array.new(20) { |i| "a#{i}: echo(text: $t) { text }" }.join(' ')} }"
    refused = execute(source, { 't' => 'x' * (1 << 20) })['errors'].select { |error| error['message'].match?(/arguments of all fields/) }
    assert_equal 17, refused.size
    assert_equal ['VALIDATION_ERROR'], refused.map { |error| error['extensions']['code'] }.uniq
  end

  def test_arguments_are_coerced_by_the_schema
    assert_equal({ 'flag' => true }, arguments('{ echo { text } }'))
    assert_equal({ 'flag' => nil, 'list' => [1], 'choice' => 'LEFT', 'text' => 'x' },
                 arguments('{ echo(list: 1, flag: null, choice: LEFT, text: "x") { text } }'))
    nested = { 'someName' => 'as usual', 'choice' => 'RIGHT', 'inner' => { 'someName' => nil } }
    assert_equal({ 'flag' => true, 'input' => nested },
                 arguments('{ echo(input: {choice: RIGHT, inner: {someName: null}}) { text } }'))
    assert_equal({ 'flag' => true, 'input' => nested },
                 arguments('query($i: EchoInput) { echo(input: $i) { text } }', 'i' => nested.slice('choice', 'inner')))
  end

  def test_a_missing_argument_is_absent
    text = 'query($t: String, $f: Boolean, $l: [Int!] = [1, 2], $c: Choice! = LEFT) ' \
           '{ echo(text: $t, flag: $f, list: $l, choice: $c) { text } }'
    assert_equal({ 'flag' => true, 'list' => [1, 2], 'choice' => 'LEFT' }, arguments(text))
    assert_equal({ 'text' => nil, 'flag' => nil, 'list' => nil, 'choice' => 'RIGHT' },
                 arguments(text, 't' => nil, 'f' => nil, 'l' => nil, 'c' => 'RIGHT'))
  end

  def test_look_ahead
    text = <<~GRAPHQL
      query($no: Boolean! = false, $yes: Boolean!) {
        echo { text ...Inner alias: inner { __typename other: id } inner @skip(if: $no) { again { text } } }
        echo { text @include(if: $no) ... @include(if: $yes) { inner { id } } }
      }
      fragment Inner on Echo { inner { ...Id id @skip(if: true) } text @include(if: false) }
      fragment Id on EchoInner { id @include(if: $no) }
    GRAPHQL
    assert_equal ['text', 'inner', %w[__typename id]], seen(text, 'yes' => true)['selection']
  end

  def test_a_field_with_a_resolver_of_its_own_is_left_out_and_what_it_requires_added
    assert_equal ['text', 'inner', ['id']], seen('{ echo { text inner { again { text } } } }')['selection']
    assert_equal ['text', 'inner', ['__typename']], seen('{ echo { text inner { again @skip(if: true) { text } } } }')['selection']
  end

  def test_a_nested_field_receives_what_it_requires
    found = data('{ echo { inner { again(text: "x") { text } } } }')['echo']['inner']['again']
    said = JSON.parse(found['text'])
    assert_equal({ '__typename' => 'EchoInner', 'id' => 'of echo' }, JSON.parse(said['parent']))
    assert_equal({ 'text' => 'x' }, JSON.parse(said['arguments']))
  end

  def test_fields_of_a_query_run_at_the_same_time
    began = Gql::Request.now
    aliases = Array.new(10) { |i| "a#{i}: late(milliseconds: 200)" }.join(' ')
    assert_equal [200] * 10, data("{ #{aliases} }").values
    assert_operator (Gql::Request.now - began) / 1e9, :<, 1.5
  end

  def test_fields_of_a_mutation_run_one_after_the_other
    began = Gql::Request.now
    assert_equal({ 'a' => 100, 'b' => 50, 'c' => 100 },
                 data('mutation { a: slow(milliseconds: 100) b: slow(milliseconds: 50) c: slow(milliseconds: 100) }'))
    assert_operator (Gql::Request.now - began) / 1e9, :>=, 0.25
  end

  def test_members_come_in_the_order_of_the_document
    text = '{ late(milliseconds: 20) loads ...F __typename } fragment F on Query { a: late(milliseconds: 1) loads echo { text } }'
    assert_equal %w[late loads a echo __typename], data(text).keys
  end

  def test_many_ids_are_one_call_and_keep_their_order
    text = '{ a: nodes(ids: ["thing:2", "x", "thing:1", "thing:2"]) { id } b: nodes(ids: ["thing:3"]) { id } }'
    assert_equal({ 'a' => [{ 'id' => 'thing:2' }, nil, { 'id' => 'thing:1' }, { 'id' => 'thing:2' }], 'b' => [{ 'id' => 'thing:3' }] },
                 data(text))
    assert_equal 1, data('{ loads }')['loads']
  end

  # Returns the errors of a result as [path, message, code].
  def errors_of(result)
    result['errors'].map { |error| [error['path'], error['message'], error['extensions']['code']] }
  end

  def test_errors_inside_a_value_arrive_with_their_paths
    result = execute('{ a: partial { items { id } x: items { id } strict { id } note } b: partial { strict { id } other } nothing }')
    assert_equal({ 'a' => { 'items' => [{ 'id' => 'thing:1' }, nil, { 'id' => 'thing:3' }],
                            'x' => [{ 'id' => 'thing:1' }, nil, { 'id' => 'thing:3' }], 'strict' => nil, 'note' => nil },
                   'b' => { 'strict' => nil, 'other' => nil }, 'nothing' => nil }, result['data'])
    locked = ['It is locked', 'PERMISSION_DENIED']
    expected = [['a', 'items', 1], ['a', 'x', 1], ['a', 'strict', 0], %w[a note], ['b', 'strict', 0], ['nothing']]
    assert_equal expected.map { |path| [path, *locked] }.sort_by(&:to_s), errors_of(result).sort_by(&:to_s)
    assert_equal 403, result['errors'].first['extensions']['status']
  end

  def test_an_object_that_can_not_be_loaded_leaves_the_others_alone
    result = execute('{ nodes(ids: ["thing:1", "thing:locked", "thing:none", "thing:2"]) { id } }')
    assert_equal [{ 'id' => 'thing:1' }, nil, nil, { 'id' => 'thing:2' }], result['data']['nodes']
    assert_equal [[['nodes', 1], 'It is locked', 'PERMISSION_DENIED']], errors_of(result)
  end

  def test_an_exception_nulls_its_field_and_is_logged
    result = execute('{ broken loads }')
    assert_equal({ 'broken' => nil, 'loads' => 0 }, result['data'])
    error = result['errors'].first
    assert_equal ['Internal error', ['broken'], { 'code' => 'INTERNAL_ERROR', 'status' => 500, 'traceId' => 'c' * 32 }],
                 error.values_at('message', 'path', 'extensions')
    assert_match(/the secret cause/, @said.first[1])
    assert_equal 'c' * 32, @said.first[2]
  end

  def test_an_answer_that_is_not_json_is_an_internal_error
    result = execute('{ noJson }')
    assert_equal 'INTERNAL_ERROR', result['errors'].first['extensions']['code']
    assert_match(/not JSON/, @said.first[1])
  end

  def test_waiting_for_an_answer_times_out
    patience = Schema::Exchange::PATIENCE
    Schema::Exchange.send(:remove_const, :PATIENCE)
    Schema::Exchange.const_set(:PATIENCE, 0)
    { '{ late(milliseconds: 400) }' => nil, 'mutation { slow(milliseconds: 400) }' => 'unknown' }.each do |text, outcome|
      error = execute(text, deadline: Gql::Request.now + 100_000_000)['errors'].first
      assert_equal ['SERVICE_UNAVAILABLE', 503, outcome], error['extensions'].values_at('code', 'status', 'outcome'), text
    end
    @loaded.instance.drain
    assert_empty @loaded.runtime.misuses
  ensure
    Schema::Exchange.send(:remove_const, :PATIENCE)
    Schema::Exchange.const_set(:PATIENCE, patience)
  end

  def test_introspection
    sdl = GraphQL::Schema::Loader.load(execute(GraphQL::Introspection::INTROSPECTION_QUERY)).to_definition
    assert_includes sdl, 'type Thing implements Node'
    assert_nil data('{ __type(name: "Int") { specifiedByURL } }')['__type']['specifiedByURL']
  end
end
