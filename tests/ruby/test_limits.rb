# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/limits'

# Documents that would be dear are refused before anything is done for them, and soon.
class TestLimits < Minitest::Test
  def trouble(text)
    began = Gql::Request.now
    found = Gateway::Limits.of_text(text) || Gateway::Limits.of_document(GraphQL.parse(text))
    assert_operator (Gql::Request.now - began) / 1e9, :<, 5
    found
  end

  def test_what_people_ask_is_let_through
    assert_nil trouble(GraphQL::Introspection::INTROSPECTION_QUERY)
    assert_nil trouble("{ #{Array.new(200) { |i| "a#{i}: node(id: \"#{i}\") { id }" }.join(' ')} }")
    assert_nil trouble('{ me { ...Nowhere } }')
  end

  def test_tokens
    assert_match(/tokens/, trouble("{ #{'a ' * 6000} }"))
  end

  def test_nesting
    assert_match(/nested/, trouble("{ a #{'{ a ' * 300} #{'}' * 300} }"))
    assert_match(/nested/, trouble("{ a(b: #{'[' * 300}#{']' * 300}) }"))
  end

  def test_fragments_within_fragments
    chain = Array.new(300) { |i| "fragment f#{i} on A { id ...f#{i + 1} }" }.join(' ')
    assert_match(/deep/, trouble("{ ...f0 } #{chain} fragment f300 on A { id }"))
    doubling = Array.new(40) { |i| "fragment f#{i} on A { id ...f#{i + 1} ...f#{i + 1} }" }.join(' ')
    assert_match(/fields/, trouble("{ ...f0 } #{doubling} fragment f40 on A { id }"))
  end

  def test_a_fragment_without_end
    assert_match(/spreads itself/, trouble('{ ...F } fragment F on A { b { ...G } } fragment G on A { ...F }'))
  end

  def test_many_fields_of_one_key
    assert_match(/one key/, trouble("{ #{'a: me { id } ' * 500} }"))
    assert_match(/one key/, trouble("{ #{Array.new(140) { 'a { b c d e }' }.join(' ')} }"))
  end
end
