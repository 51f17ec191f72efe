# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gql/json_text'

# JSON whose strings hold lone surrogates.
class TestJsonText < Minitest::Test
  LONE = "\xED\xA0\x80"

  def test_lone_surrogates_survive
    { '"\ud800"' => LONE, '"\ud800\ud800"' => LONE * 2, '"\udc00x"' => "\xED\xB0\x80x", '"x\ud800\u0041"' => "x#{LONE}A" }.each do |text, string|
      assert_equal string, Gql::JsonText.parse(text)
      assert_equal string, Gql::JsonText.parse(Gql::JsonText.generate(string))
    end
    value = { LONE => [LONE, 1, nil, 'a"b\\'] }
    assert_equal '{"\ud800":["\ud800",1,null,"a\"b\\\\"]}', Gql::JsonText.generate(value)
  end

  def test_other_strings_are_as_usual
    ['"\ud83d\ude00"', '"\\\\ud800"', '"é\u0000"', '{"a":[1.5,true]}'].each do |text|
      assert_equal JSON.parse(text), Gql::JsonText.parse(text)
      assert_equal JSON.generate(JSON.parse(text)), Gql::JsonText.generate(JSON.parse(text))
    end
    assert_raises(JSON::ParserError) { Gql::JsonText.parse('"\ud80"') }
  end

  def test_requests_take_only_text
    assert_raises(ArgumentError) { Gql::Request.new(occurrence: "a\0") }
    assert_raises(ArgumentError) { Gql::Request.new(locale: LONE) }
    assert_raises(ArgumentError) { Gql::Request.new(actor: Gql::Actor.new(LONE, [], nil)) }
    assert_raises(ArgumentError) { Gql::Request.new(actor: Gql::Actor.new('a', [Gql::Grant.new(LONE, 1)], nil)) }
  end
end
