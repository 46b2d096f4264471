namespace Bridge.Adapter.State;

/// <summary>The kernel's name of this boot; changes with every restart of the machine (proc(5), random/boot_id).</summary>
internal static class BootId
{
    public static string Current() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
