using System.Reflection;
using Bridge.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(DeadlineTestFramework))]

namespace Bridge.Testing;

/// <summary>xunit without a test that can hang: every asynchronous test has a time-out.</summary>
/// <remarks>xunit has no setting for a default time-out, and refuses one on a synchronous test.</remarks>
public sealed class DeadlineTestFramework : XunitTestFramework
{
    protected override ITestFrameworkDiscoverer CreateDiscoverer(Assembly assembly) =>
        new Discoverer(((XunitTestFrameworkDiscoverer)base.CreateDiscoverer(assembly)).TestAssembly);

    private sealed class Discoverer(IXunitTestAssembly assembly) : XunitTestFrameworkDiscoverer(assembly)
    {
        protected override ValueTask<bool> FindTestsForMethod(
            IXunitTestMethod testMethod, ITestFrameworkDiscoveryOptions discoveryOptions,
            Func<ITestCase, ValueTask<bool>> discoveryCallback)
        {
            if (testMethod.ReturnType == typeof(Task) || testMethod.ReturnType == typeof(ValueTask))
                foreach (var fact in testMethod.FactAttributes.OfType<FactAttribute>().Where(fact => fact.Timeout == 0))
                    fact.Timeout = Deadline.Default;
            return base.FindTestsForMethod(testMethod, discoveryOptions, discoveryCallback);
        }
    }
}
