using System.Reflection;
using Xunit.v3;

namespace Bridge.Engine.Tests;

/// <summary>docs/reference/compatibility.md says nothing of a test that does not say what it is about.</summary>
public sealed class FeatureCoverageTests
{
    [Fact]
    public void Every_test_on_an_engine_is_about_a_feature_and_runs_named_plugins()
    {
        var silent =
            from type in typeof(EngineTest).Assembly.GetExportedTypes()
            where type.IsSubclassOf(typeof(EngineTest)) && !type.IsAbstract
            from method in type.GetMethods()
            where method.GetCustomAttributes().OfType<IFactAttribute>().Any()
            where !Traits<FeatureAttribute>(type, method).Any()
                || (!Traits<PluginAttribute>(type, method).Any() && !HasRowsOfItsOwn(method))
            select $"{type.Name}.{method.Name}";

        silent.Should().BeEmpty();
    }

    private static IEnumerable<T> Traits<T>(Type type, MethodInfo method) where T : Attribute =>
        type.GetCustomAttributes<T>().Concat(method.GetCustomAttributes<T>());

    // Of a theory with data from elsewhere each row may run plugins of its own.
    private static bool HasRowsOfItsOwn(MethodInfo method) => method.GetCustomAttributes<MemberDataAttribute>().Any();
}
