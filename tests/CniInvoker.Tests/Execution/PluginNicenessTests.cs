using System.Globalization;
using System.Text;

namespace CniInvoker.Tests.Execution;

/// <summary>The nice values that the kernel reports in /proc/PID/stat (proc(5), field 19).</summary>
public sealed class PluginNicenessTests : IDisposable
{
    // Those of the shell, of a shell that it starts, and of a program.
    private const string Stats = "cat /proc/$$/stat; sh -c 'cat /proc/$$/stat'; cat /proc/self/stat";

    private readonly ScriptedPlugins _plugins = new();

    public PluginNicenessTests() => _plugins.WithScript("curious", Stats);

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_plugin_and_what_it_starts_run_with_the_requested_niceness_from_their_first_moment()
    {
        var ours = NiceValue(File.ReadAllText("/proc/self/stat"));

        (await NiceValuesAsync(niceness: 7)).Should().Equal(ours + 7, ours + 7, ours + 7);
    }

    [Fact]
    public async Task By_default_a_plugin_runs_as_its_caller_also_after_one_with_a_niceness()
    {
        var ours = NiceValue(File.ReadAllText("/proc/self/stat"));

        await NiceValuesAsync(niceness: 19);

        (await NiceValuesAsync(niceness: 0)).Should().Equal(ours, ours, ours);
        NiceValue(File.ReadAllText("/proc/self/stat")).Should().Be(ours);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    public void A_niceness_that_would_raise_the_priority_or_that_the_kernel_does_not_have_is_refused(int niceness)
    {
        var request = () => _plugins.Request("curious") with { Niceness = niceness };

        request.Should().Throw<ArgumentOutOfRangeException>();
    }

    private async Task<IEnumerable<int>> NiceValuesAsync(int niceness)
    {
        var request = _plugins.Request("curious") with { Niceness = niceness };
        var output = await new PluginProcess(TimeProvider.System).ExecuteAsync(request, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.Stdout.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NiceValue);
    }

    // The second field is the program's name in parentheses, which may contain spaces.
    private static int NiceValue(string stat) =>
        int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
}
