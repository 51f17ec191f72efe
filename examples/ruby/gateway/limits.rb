# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'

module Gateway
  # Limits that the text of a document must meet before it is parsed.
  module Limits
    TOKENS = 5000
    NESTING = 200 # Of braces, brackets and parentheses.
    OPENING = %i[LCURLY LBRACKET LPAREN].freeze
    CLOSING = %i[RCURLY RBRACKET RPAREN].freeze

    # Returns a message for a limit that is exceeded, or nil.
    def self.excess(text)
      return if text.bytesize <= NESTING # Too short to exceed a limit.

      tokens = GraphQL.scan(text)
      return "A document must not have more than #{TOKENS} tokens" if tokens.size > TOKENS

      depth = 0
      deepest = tokens.map { |token| depth += step(token.name) }.max
      "A document must not be nested more than #{NESTING} deep" if deepest.to_i > NESTING
    end

    def self.step(token)
      return 1 if OPENING.include?(token)

      CLOSING.include?(token) ? -1 : 0
    end

    private_class_method :step
  end
end
