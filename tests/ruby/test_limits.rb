# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/limits'
require 'schema/limits'

# Documents that would be expensive are rejected quickly, before they are processed.
class TestLimits < Minitest::Test
  def excess(text, **limits)
    Gateway::Limits.excess(text) || Schema::Limits.new(**limits).excess(GraphQL.parse(text))
  end

  def doubling(count, type = 'A', last = 'id')
    links = Array.new(count) { |i| "fragment f#{i} on #{type} { ...f#{i + 1} ... { ...f#{i + 1} } }" }
    "#{links.join(' ')} fragment f#{count} on #{type} { #{last} }"
  end

  def test_usual_documents_are_accepted
    assert_nil excess(GraphQL::Introspection::INTROSPECTION_QUERY)
    assert_nil excess("{ #{Array.new(200) { |i| "a#{i}: node(id: \"#{i}\") { id }" }.join(' ')} }")
    assert_nil excess('{ me { ...Nowhere } }')
  end

  def test_tokens
    assert_match(/tokens/, excess("{ #{'a ' * 6000} }"))
  end

  def test_nesting
    assert_match(/nested/, excess("{ a #{'{ a ' * 300} #{'}' * 300} }"))
    assert_match(/nested/, excess("{ a(b: #{'[' * 300}#{']' * 300}) }"))
  end

  def test_fragments_within_fragments
    chain = Array.new(300) { |i| "fragment f#{i} on A { id ...f#{i + 1} }" }.join(' ')
    assert_match(/deep/, excess("{ ...f0 } #{chain} fragment f300 on A { id }"))
    assert_match(/more than 10000 fields/, excess("{ ...f0 } #{doubling(26)}"))
    assert_match(/more than 10000 fields/, excess("{ me { ...f0 } } #{doubling(20)}"))
    assert_match(/more than 10000 fields/, excess("{ a { #{'...f0 ' * 2400} } } fragment f0 on A { a b c d e }"))
  end

  # Without a field, too: validation, which reports that the last one does not exist, comes after the expansion.
  def test_fragments_that_lead_nowhere
    assert_match(/more than 10000 fields/, excess("{ ...f0 } #{doubling(14, 'Query', '...Nowhere')}"))
    assert_match(/more than 10000 fields/, excess("{ ...f0 } #{doubling(4, 'Query', "id #{'...Nowhere ' * 1000}")}"))
    assert_nil excess("{ ...f0 } #{doubling(10, 'Query', '...Nowhere')}")
  end

  def test_a_fragment_that_spreads_itself
    assert_match(/must not spread itself/, excess('{ ...F } fragment F on A { b { ...G } } fragment G on A { ...F }'))
  end

  # Each of several measures could see another of them.
  def test_fragments_with_one_name
    assert_match(/one fragment named f/, excess('{ ...f } fragment f on Query { a ...g } fragment f on Query { a } fragment g on Query { a }'))
  end

  def test_many_fields_of_one_key
    assert_match(/one key/, excess("{ #{'a: me { id } ' * 500} }"))
    assert_match(/one key/, excess("{ #{Array.new(140) { 'a { b c d e }' }.join(' ')} }"))
  end

  # ruby-graphql would answer the first with some hundred million objects.
  def test_introspection
    assert_match(/introspection depth/, excess("{ __schema { types { #{'interfaces { possibleTypes { ' * 8} name #{'} } ' * 8} } } }"))
    assert_match(/introspection depth/, excess('{ ...Q } fragment Q on Query { __type(name: "A") { ...A } } ' \
                                               'fragment A on __Type { fields { type { ...B } } } fragment B on __Type { inputFields { type { fields { name } } } }'))
    assert_match(/more than 10000 fields/, excess("{ __schema { types { #{Array.new(500) { |i| "a#{i}: name" }.join(' ')} } } }"))
    assert_nil excess('{ a { fields { interfaces { fields { fields } } } } }')
  end

  def test_limits_are_exact
    assert_nil excess('{ a { b { c d } e } }', max_fields: 5, max_depth: 3)
    assert_match(/more than 4 fields/, excess('{ a { b { c d } e } }', max_fields: 4))
    assert_match(/more than 2 deep/, excess('{ a { b { c d } e } }', max_depth: 2))
    assert_match(/more than 64 deep/, excess("{ ...f0 a { #{'... { ' * 40} ...f0 #{'}' * 40} } } #{doubling(12)}", max_fields: 1 << 40))
    assert_nil excess("{ #{'a' * 128}: b }")
    assert_match(/alias must not exceed 128/, excess("{ a { #{'a' * 129}: b } }"))
  end
end
