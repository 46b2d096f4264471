using System.Text;
using CniInvoker;

namespace Bridge.Adapter;

/// <summary>
/// Runs programs of the host that only show something: the firewall's tools, sh with a script of such tools.
/// </summary>
/// <param name="timeProvider">For the time limits.</param>
/// <param name="mostOutput">In bytes; a program that writes more fails.</param>
internal sealed class HostProgram(TimeProvider timeProvider, int mostOutput)
{
    public const string Shell = "/bin/sh";

    /// <summary>For callers that may have no login shell's PATH.</summary>
    public const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>A line of a script's output that begins with it begins a part, and names it.</summary>
    public const string Mark = "== ";

    // As plugins are run, and not by System.Diagnostics.Process. Between vfork(2) and execve(2) its child takes a lock of the C library in
    // the memory of cnm-cni (sigaction(3) of SIGABRT, glibc 2.41 and newer). If cnm-cni is killed while another of its threads has that
    // lock, the child never continues, and keeps the socket and the locks that the next cnm-cni needs.
    private readonly PluginProcess _process = new(timeProvider, mostOutput);

    /// <summary>The variables of a program whose messages are not translated.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Variables(string searchPath = UsualPath) =>
        [new("PATH", searchPath), new("LC_ALL", "C")];

    /// <returns>The parts of a script's output, in its order. A name may come twice.</returns>
    public static IEnumerable<(string Name, string Text)> Parts(string output) =>
        from part in $"\n{output}".Split($"\n{Mark}").Skip(1)
        let end = part.IndexOf('\n', StringComparison.Ordinal)
        select end >= 0 ? (part[..end], part[(end + 1)..]) : (part, "");

    /// <returns>The first file of that name in the directories of a PATH; null: it is not installed.</returns>
    public static string? Find(string program, string searchPath) => searchPath.Split(':').Where(Path.IsPathFullyQualified)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <param name="path">The absolute path.</param>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="variables">Its whole environment.</param>
    /// <param name="limit">After that it is killed, with all that it has started.</param>
    /// <param name="cancellationToken">The same.</param>
    /// <exception cref="CniException">It could not run, or wrote too much.</exception>
    public Task<PluginOutput> RunAsync(
        string path, IReadOnlyList<string> arguments, string input, IReadOnlyList<KeyValuePair<string, string>> variables, TimeSpan limit,
        CancellationToken cancellationToken) => _process.ExecuteAsync(
            new PluginRequest
            {
                Path = path,
                Arguments = arguments,
                PluginType = Path.GetFileName(path),
                Operation = CniOperation.Status,
                NetworkName = "",
                ContainerId = "",
                Stdin = Encoding.UTF8.GetBytes(input),
                Environment = variables,
                Deadline = limit,
                TerminationGrace = TimeSpan.Zero,
            },
            cancellationToken);
}
