# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/limits'

# Documents that would be expensive are rejected quickly, before they are processed.
class TestLimits < Minitest::Test
  def excess(text)
    began = Gql::Request.now
    found = Gateway::Limits.of_text(text) || Gateway::Limits.of_document(GraphQL.parse(text))
    assert_operator (Gql::Request.now - began) / 1e9, :<, 5
    found
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
    doubling = Array.new(40) { |i| "fragment f#{i} on A { id ...f#{i + 1} ...f#{i + 1} }" }.join(' ')
    assert_match(/fields/, excess("{ ...f0 } #{doubling} fragment f40 on A { id }"))
  end

  def test_a_fragment_that_spreads_itself
    assert_match(/spreads itself/, excess('{ ...F } fragment F on A { b { ...G } } fragment G on A { ...F }'))
  end

  def test_many_fields_of_one_key
    assert_match(/one key/, excess("{ #{'a: me { id } ' * 500} }"))
    assert_match(/one key/, excess("{ #{Array.new(140) { 'a { b c d e }' }.join(' ')} }"))
  end
end
