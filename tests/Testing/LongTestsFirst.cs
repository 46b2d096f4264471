using System.Reflection;
using Bridge.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongTestsFirst))]

namespace Bridge.Testing;

/// <summary>The tests of this class take a minute or more: they begin first, so that none of them runs alone at the end.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LongAttribute : Attribute;

/// <summary>Runs classes with <see cref="LongAttribute"/> before the others, in the order that xunit chose.</summary>
public sealed class LongTestsFirst : ITestCollectionOrderer
{
    // xunit's name for the collection of a class that is in no other.
    private const string OfClass = "Test collection for ";

    public IReadOnlyCollection<TCollection> OrderTestCollections<TCollection>(IReadOnlyCollection<TCollection> testCollections)
        where TCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => IsLong(collection.TestCollectionDisplayName))];

    private static bool IsLong(string collection) =>
        collection.StartsWith(OfClass, StringComparison.Ordinal)
        && ClassOf(collection)?.GetCustomAttribute<LongAttribute>() is not null;

    private static Type? ClassOf(string collection) => typeof(LongTestsFirst).Assembly.GetType(collection[OfClass.Length..].Split(' ')[0]);
}
