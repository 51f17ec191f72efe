# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/demo_host'

# Strict merging: every conflict is reported.
class TestMerge < Minitest::Test
  Plugin = Struct.new(:id, :parts, :resolvers, :loaders, :references, keyword_init: true)
  HOST = File.read(Gateway::DemoHost::SCHEMA)

  # `parts`: the SDL of the own part, then of the common parts.
  def plugin(own, *common, resolvers: [], loaders: [], references: [])
    parts = [Gql::Descriptor::Part.new(Gql::Abi::PART_OWN, 'own', own)]
    parts += common.map { |sdl| Gql::Descriptor::Part.new(Gql::Abi::PART_COMMON, 'common', sdl) }
    Plugin.new(id: 'org.example', parts: parts, references: references,
               resolvers: resolvers.map { |type, field| Gql::Descriptor::Resolver.new(type, field) },
               loaders: loaders.map { |type| Gql::Descriptor::Loader.new(type) })
  end

  def conflicts(*parts, host: HOST, **tables)
    Schema::Merge.new(host).add(plugin(*parts, **tables), 'x.so')
    []
  rescue Gql::Refused => e
    assert_equal 'x.so', e.path
    e.reasons
  end

  # Asserts that there is exactly one conflict.
  def assert_conflict(said, *parts, **options)
    found = conflicts(*parts, **options)
    assert_equal 1, found.size, found.inspect
    assert_includes found.first, said
  end

  def test_the_real_plugin_twice
    loaded = Gql::Library.new(Gql::Runtime.new(name: 'tests', version: '1'), PLUGIN)
    merge = Schema::Merge.new(HOST)
    merge.add(loaded.plugin, PLUGIN)
    before = merge.document.to_query_string
    error = assert_raises(Gql::Refused) { merge.add(loaded.plugin, PLUGIN) }
    %w[Query.integration Query.integrations Mutation.integrationCreate Mutation.integrationUpdate Mutation.integrationDelete
       IntegrationConnection IntegrationPayload IntegrationOrderField].each { |name| assert_includes error.message, "`#{name}`" }
    assert_equal before, merge.document.to_query_string
    loaded.close
  end

  def test_a_host_without_common_types_gets_them
    loaded = Gql::Library.new(Gql::Runtime.new(name: 'tests', version: '1'), PLUGIN)
    merge = Schema::Merge.new('type Query { a: Int } type Mutation { b: Int }')
    merge.add(loaded.plugin, PLUGIN)
    names = Schema::Definition.parse(merge.document.to_query_string).map(&:name)
    assert_empty %w[Node PageInfo @trim Organization OrderDirection Integration] - names
    loaded.close
  end

  def test_defined_twice
    assert_conflict('The type `User` of the plugin org.example is already defined by the host', 'type User { id: ID! }')
    assert_conflict('The type `A` of the plugin org.example is already defined by org.example', 'type A { a: Int } type A { a: Int }')
    assert_conflict('The field `Organization.country`', 'extend type Organization { country: Int }')
    assert_conflict('adds `Node` to `Organization`', 'extend type Organization implements Node { x: Int }')
    assert_conflict('The directive `@trim`', 'directive @trim on FIELD')
  end

  def test_extensions_of_missing_types
    assert_conflict('extends `Nothing`, which neither side defines', 'extend type Nothing { a: Int }')
    assert_conflict('extends `Node` as type, but it is interface', 'extend type Node { a: Int }')
  end

  def test_common_types_that_do_not_match
    own = 'extend enum CountPrecision { GUESSED }'
    assert_empty conflicts(own, 'type PageInfo { hasNextPage: Boolean! }')
    assert_conflict("The host's type `PageInfo` has no `size: Int`", own, 'type PageInfo { size: Int }')
    assert_conflict('`PageInfo.endCursor` is of type `String` in the host, but the plugin org.example needs `String!`', own,
                    'type PageInfo { endCursor: String! }')
    assert_conflict("The host's enum `OrderDirection` has no value `SIDEWAYS`", own, 'enum OrderDirection { ASC SIDEWAYS }')
    assert_conflict("The host's directive `@trim` can't be used on `FIELD`", own, 'directive @trim on FIELD')
    assert_conflict("`@trim` has no `deep: Int`", own, 'directive @trim(deep: Int) on ARGUMENT_DEFINITION')
    assert_conflict("The host's type `User` does not implement `Versioned`", own, 'type User implements Versioned { id: ID! }')
    assert_conflict('`Node` is interface in the host, but the plugin org.example needs type', own, 'type Node { id: ID! }')
    assert_conflict('takes no argument `wide: Int`', own, 'type User { title(wide: Int): String! }')
    assert_conflict('The host has no type `Lent`', own, 'type User { id: ID! } type Lent { a: Int }')
  end

  def test_interfaces_are_implemented
    assert_conflict('`T` has no field `id: ID!` of the interface `Node`', 'type T implements Node { a: Int }')
    assert_conflict('`T.id` is of type `ID`, which is not compatible with `ID!`', 'type T implements Node { id: ID }')
    assert_conflict('`T` implements `Actor`, so it must also implement `Titled`',
                    'type T implements Actor & Node { id: ID! title: String! }')
    assert_conflict('`T` implements `User`, which is not an interface', 'type T implements User { id: ID! }')
    assert_conflict('`T.x` has no argument `a: Int`', 'interface I { x(a: Int): Int } type T implements I { x: Int }')
    assert_conflict('`T.x` requires the argument `b`', 'interface I { x: Int } type T implements I { x(b: Int!): Int }')
    assert_conflict('`Organization` has no field `more: Int`', 'extend interface Versioned { more: Int }')
    assert_empty conflicts('interface I { x: [Node]! } type T implements I { x: [User!]! }')
  end

  def test_unknown_names
    assert_conflict('`T.a` of the plugin org.example is of type `Nothing`', 'type T { a: [Nothing!]! }')
    assert_conflict("`T.a` of the plugin org.example can't be of type `User`", 'type T { a(b: User): Int }')
    assert_conflict("`I.a` of the plugin org.example can't be of type `User`", 'input I { a: User }')
    assert_conflict('uses `@magic` at `T`', 'type T { a(b: Int @magic): Int }')
    assert_conflict('The union `U` has the member `Node`', 'union U = User | Node')
  end

  def test_tables_that_do_not_fit_the_schema
    field = 'extend type Query { a: Int }'
    assert_conflict('defines `Query.a` but has no resolver for it', field)
    assert_conflict('has a resolver for `Query.b`, which its schema does not define', field, resolvers: [%w[Query a], %w[Query b]])
    assert_conflict("has a resolver for `Query.me`, which is the host's", field, resolvers: [%w[Query a], %w[Query me]])
    assert_conflict('has two resolvers for `Query.a`', field, resolvers: [%w[Query a], %w[Query a]])
    assert_conflict('has a loader for `User`, which is not an object type of its own', 'enum E { A }', loaders: %w[User])
    assert_conflict('has a loader for `T`, which has no field `id: ID!`', 'type T { id: ID }', loaders: %w[T])
    assert_conflict('has two loaders for `T`', 'type T { id: ID! }', loaders: %w[T T])
    assert_conflict('refers to `Nothing`', 'enum E { A }', references: %w[Nothing])
    assert_conflict('wants `T` resolved by the host, but defines it itself', 'type T { id: ID! }', references: %w[T])
  end

  def test_every_conflict_is_listed_once
    found = conflicts('type User { id: Nothing } extend type Query { a: Int b: Gone }')
    assert_equal 5, found.size, found.inspect
  end

  def test_invalid_sdl
    assert_conflict("its schema can't be read", 'type {')
    assert_conflict('not a definition of a schema', '{ me }')
  end
end
