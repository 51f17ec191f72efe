# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'

module Gql
  # JSON whose strings may hold lone surrogates (RFC 8259, section 8.2), which the package json refuses or garbles. In
  # Ruby such a string holds the three bytes that UTF-8 would have for the surrogate, so its encoding is not valid.
  module JsonText
    ESCAPE = /\\(?:u[dD][89abAB]\h\h\\u[dD][c-fC-F]\h\h|u([dD][89a-fA-F]\h\h)|.)/m
    SURROGATE = /(\xED[\xA0-\xBF][\x80-\xBF])/n

    # Raises JSON::ParserError.
    def self.parse(text)
      JSON.parse(text.gsub(ESCAPE) { |escape| Regexp.last_match(1) ? [Regexp.last_match(1).hex].pack('U') : escape })
    end

    def self.generate(value)
      JSON.generate(value)
    rescue JSON::GeneratorError
      generate_any(value)
    end

    def self.generate_any(value)
      case value
      when Hash then "{#{value.map { |name, member| "#{generate_any(name.to_s)}:#{generate_any(member)}" }.join(',')}}"
      when Array then "[#{value.map { |member| generate_any(member) }.join(',')}]"
      when String then "\"#{escape(value)}\""
      else JSON.generate(value)
      end
    end

    def self.escape(string)
      string.b.split(SURROGATE).map do |part|
        part = part.force_encoding(Encoding::UTF_8)
        part.valid_encoding? ? JSON.generate(part)[1..-2] : format('\u%04x', ((part.getbyte(1) & 0x3f) << 6) | (part.getbyte(2) & 0x3f) | 0xd000)
      end.join
    end

    private_class_method :generate_any, :escape
  end
end
